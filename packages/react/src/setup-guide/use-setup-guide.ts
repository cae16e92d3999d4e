'use client'
import type { Changed, OnboardingState } from '@boardwalk/client'
import type { Onboarding } from '@boardwalk/contract'
import { useKit } from '../kit/kit.ts'
import { useOnboarding } from '../kit/use-onboarding.ts'
import type { GuideData } from './use-guide-model.ts'

/** Why there is, or is not, a guide to show. */
export type GuideStanding =
  /** Nothing is known yet. */
  | 'undecided'
  /** Switched off, or nothing can be found out: the host's legacy onboarding. */
  | 'off'
  /** No flow, or no step of it, is for this person. */
  | 'nothing'
  /** The person has put it away; `restore` brings it back. */
  | 'dismissed'
  | 'shown'

const guideStanding = (
  phase: OnboardingState['phase'],
  onboarding: Onboarding | undefined,
): GuideStanding => {
  if (onboarding === undefined) return phase === 'failed' ? 'off' : 'undecided'
  if (!onboarding.features.enabled) return 'off'
  if (onboarding.flow === null || onboarding.steps.length === 0) return 'nothing'
  return onboarding.guide.dismissed ? 'dismissed' : 'shown'
}

export type SetupGuideState = {
  readonly standing: GuideStanding
  /** The first answer of the server is on its way. */
  readonly loading: boolean
  /** For `SetupGuideView` or `useGuideModel`; undefined when nothing is known. */
  readonly data: GuideData | undefined
  readonly restore: () => Promise<Changed>
}

/** What the guide shows and does. */
export const useSetupGuide = (): SetupGuideState => {
  const { client } = useKit()
  const { phase, onboarding, pending, refused } = useOnboarding(({ guardRail: _, ...rest }) => rest)
  return {
    standing: guideStanding(phase, onboarding),
    loading: phase === 'loading',
    data: onboarding && {
      onboarding,
      pending,
      refused,
      stale: phase === 'stale',
      onComplete: (id) => void client.completeStep(id),
      onSkip: (id) => void client.skipStep(id),
      onRefresh: () => void client.refresh(),
      onDismiss: () => void client.dismissGuide(),
    },
    restore: client.restoreGuide,
  }
}
