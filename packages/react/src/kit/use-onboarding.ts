'use client'
import { useSyncExternalStore } from 'react'
import type { OnboardingState } from '@boardwalk/client'
import { useKit } from './kit.ts'
import { useSame } from './use-same.ts'

const whole = (state: OnboardingState): unknown => state

type UseOnboarding = {
  (): OnboardingState
  <Value>(select: (state: OnboardingState) => Value): Value
}

/**
 * The person's onboarding, or what `select` takes from it. The component renders again only when that has changed,
 * compared shallowly.
 */
export const useOnboarding: UseOnboarding = (select: (state: OnboardingState) => unknown = whole) => {
  const { client } = useKit()
  const same = useSame()
  return useSyncExternalStore(
    client.subscribe,
    () => same(select(client.getSnapshot())),
    () => same(select(client.getServerSnapshot())),
  ) as never
}
