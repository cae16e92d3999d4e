'use client'
import type { Changed } from '@boardwalk/client'
import type { StepId } from '@boardwalk/client/register'
import type { Onboarding } from '@boardwalk/contract'
import { useKit } from '../kit/kit.ts'
import { leadOf, type Lead, type Step } from '../kit/lead.ts'
import { useOnboarding } from '../kit/use-onboarding.ts'

export type StepState = {
  /** undefined while nothing is known, and for a step that this person does not see. */
  readonly step: Step | undefined
  /** Its change is on its way. */
  readonly pending: boolean
  /** The server is away: nothing can be changed. */
  readonly stale: boolean
  readonly canSkip: boolean
  /** What experiments change of it, such as the text of the button that skips. */
  readonly config: Onboarding['config'] | undefined
  readonly lead: Lead
  readonly complete: (metadata?: Readonly<Record<string, unknown>>) => Promise<Changed>
  readonly skip: (reason?: string) => Promise<Changed>
  /** For the element of the step: what tests and styles know it by. */
  readonly getItemProps: () => {
    readonly 'data-step-id': string
    readonly 'data-status': string | undefined
    readonly 'data-pending': string | undefined
  }
}

/** Of whatever step the server tells. */
export const useAnyStep = (id: string): StepState => {
  const { client, openModal } = useKit()
  const { step, pending, stale, skip, config } = useOnboarding((state) => ({
    step: state.onboarding?.steps.find((one) => one.id === id),
    pending: state.pending.includes(id),
    stale: state.phase === 'stale',
    skip: state.onboarding?.features.skip === true,
    config: state.onboarding?.config,
  }))
  return {
    step,
    pending,
    stale,
    canSkip: skip && step?.status === 'todo' && step.allowed && !step.locked && !step.required,
    config,
    lead: leadOf(step?.action, openModal !== undefined),
    complete: (metadata) => client.completeStep(id, metadata),
    skip: (reason) => client.skipStep(id, reason),
    getItemProps: () => ({
      'data-step-id': id,
      'data-status': step?.status,
      'data-pending': pending ? '' : undefined,
    }),
  }
}

/** One step, by the id that the flow gives it. */
export const useStep = (id: StepId): StepState => useAnyStep(id)
