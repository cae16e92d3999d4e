'use client'
import { useState } from 'react'
import type { OnboardingState } from '@boardwalk/client'
import { OnboardingProvider, type OnboardingProviderProps } from '../onboarding-provider.tsx'
import { inMemoryClient, type InMemoryClient } from './in-memory-client.ts'
import { onboardingOf, type OnboardingOf } from './onboarding-of.ts'

export type TestOnboardingProviderProps = Omit<OnboardingProviderProps, 'client'> & {
  /** What the person sees: `{ steps: ['payments'] }`, or all of it. Read once. */
  readonly onboarding?: OnboardingOf | undefined
  /** The rest of the client's state, e.g. `{ phase: 'stale' }`. Read once. */
  readonly state?: Partial<OnboardingState> | undefined
  /** To look at its calls, or to change its state during the test; instead of the two above. */
  readonly client?: InMemoryClient | undefined
}

/** The provider without a server, for a host's own tests and stories. */
export const TestOnboardingProvider = (props: TestOnboardingProviderProps) => {
  const { onboarding, state, client: given, ...rest } = props
  const [client] = useState(
    () =>
      given ??
      inMemoryClient({
        ...(onboarding === undefined ? {} : { onboarding: onboardingOf(onboarding) }),
        ...state,
      }),
  )
  return <OnboardingProvider {...rest} client={client} />
}
