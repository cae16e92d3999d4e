'use client'
import { useKit } from '../kit/kit.ts'
import type { StepId } from '@boardwalk/client/register'
import type { Render } from '../kit/part.ts'
import { StepItemView } from './step-item-view.tsx'
import { useAnyStep } from './use-step.ts'

export type StepItemProps = {
  /** Of the step, as the flow names it. */
  readonly id: StepId
  /** In place of `<li>`. */
  readonly render?: Render | undefined
}

/** One step by itself, wherever the host wants it; nothing while the person does not see it. */
export const StepItem = ({ id, render }: StepItemProps) => {
  const { client } = useKit()
  const { step, complete, skip, ...rest } = useAnyStep(id)
  if (!step) return null
  return (
    <StepItemView
      {...rest}
      step={step}
      onComplete={() => void complete()}
      onSkip={() => void skip()}
      onDone={() => void client.refresh()}
      render={render}
    />
  )
}
