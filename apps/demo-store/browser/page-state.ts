import type { OnboardingState } from '@boardwalk/client'
import type { PageState } from '../src/page-state.ts'

type Onboarding = NonNullable<OnboardingState['onboarding']>

/** What the server knew when it made this page; null for strangers. */
export const pageState = JSON.parse(
  document.querySelector('#page-state')?.textContent ?? 'null',
) as PageState<Onboarding> | null
