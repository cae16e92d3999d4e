'use client'
import type { ReactNode } from 'react'
import { preload, useLater } from '../kit/use-later.ts'
import { useWelcome } from './use-welcome.ts'

export type WelcomeScreenProps = {
  /** In place of "Welcome". */
  readonly title?: string | undefined
  /** In place of the sentence on how many steps there are: what the host promises, or its one question. */
  readonly children?: ReactNode
  /** The person wants to begin. */
  readonly onStart?: (() => void) | undefined
  /** Or not now. */
  readonly onLater?: (() => void) | undefined
}

const Screen = ({ onStart, onLater, ...rest }: WelcomeScreenProps) => {
  const { visible, remainingSteps, close } = useWelcome()
  const later = useLater(visible)
  if (!later) return null
  const closing = (then: (() => void) | undefined) => () => {
    void close()
    then?.()
  }
  return (
    <later.LaterBoundary>
      <later.WelcomeScreenView
        {...rest}
        remainingSteps={remainingSteps}
        onStart={closing(onStart)}
        onLater={closing(onLater)}
      />
    </later.LaterBoundary>
  )
}

/** Shown once per person and flow. Its view is loaded after the first paint, or by `preload`. */
export const WelcomeScreen = /* @__PURE__ */ Object.assign(Screen, { preload })
