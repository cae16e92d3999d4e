export { within } from './deadline.ts'
export type { Sent, Unreached } from './exchange.ts'
export { guardFetch } from './guard-fetch.ts'
export type { Blocked } from './meet-gate.ts'
export type { Seen } from './observer.ts'
export type { OnboardingOptions } from './onboarding-options.ts'
export { messageOf } from './message-of.ts'
export {
  createRequests,
  routeOf,
  type Input,
  type Requests,
  type RequestsOptions,
  type Sending,
} from './requests.ts'
export type {
  Changed,
  GuardRail,
  OnboardingClient,
  OnboardingState,
  Phase,
  Refused,
} from './onboarding-state.ts'
export { createOnboarding } from './onboarding.ts'
export { withRetries, type RetryOptions } from './retry.ts'
