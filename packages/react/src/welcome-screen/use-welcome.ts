'use client'
import type { Changed } from '@boardwalk/client'
import { useKit } from '../kit/kit.ts'
import { useOnboarding } from '../kit/use-onboarding.ts'
import { useClaim, useStays } from '../kit/use-turn.ts'

export type WelcomeState = {
  /** Not seen yet, with something to do, and nothing in front of it. */
  readonly visible: boolean
  /** Steps that are still to do. */
  readonly remainingSteps: number
  /** It is not shown again, on any device. */
  readonly close: () => Promise<Changed>
}

/** The first words, once per person and flow. Whoever uses it shows it: the nudge waits for it. */
export const useWelcome = (): WelcomeState => {
  const { client } = useKit()
  const { wants, inFront, remainingSteps } = useOnboarding(({ onboarding, guardRail }) => ({
    wants:
      onboarding?.features.enabled === true &&
      onboarding.status === 'in_progress' &&
      !onboarding.welcome.seen,
    inFront: guardRail !== undefined,
    remainingSteps: onboarding?.steps.filter(({ status }) => status === 'todo').length ?? 0,
  }))
  const visible = useStays(wants, inFront) && remainingSteps > 0
  useClaim('welcome', visible)
  return { visible, remainingSteps, close: client.seeWelcome }
}
