'use client'
import { lazy, type ReactNode } from 'react'
import { LaterBoundary } from '../kit/later-boundary.tsx'
import { useIsInBrowser } from '../kit/use-onboarding.ts'
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

const load = () =>
  import('./welcome-screen-view.tsx').then(({ WelcomeScreenView }) => ({ default: WelcomeScreenView }))
const LazyView = /* @__PURE__ */ lazy(load)

const Screen = ({ onStart, onLater, ...rest }: WelcomeScreenProps) => {
  const { visible, remainingSteps, close } = useWelcome()
  const isInBrowser = useIsInBrowser()
  if (!visible || !isInBrowser) return null
  const closing = (then: (() => void) | undefined) => () => {
    void close()
    then?.()
  }
  return (
    <LaterBoundary>
      <LazyView
        {...rest}
        remainingSteps={remainingSteps}
        onStart={closing(onStart)}
        onLater={closing(onLater)}
      />
    </LaterBoundary>
  )
}

/** Shown once per person and flow. Its view is loaded when it is needed first, or by `preload`. */
export const WelcomeScreen = /* @__PURE__ */ Object.assign(Screen, {
  preload: async (): Promise<void> => {
    await load()
  },
})
