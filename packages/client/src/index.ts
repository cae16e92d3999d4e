export { within } from './deadline.ts'
export { guardFetch, type Blocked } from './guard-fetch.ts'
export { messageOf } from './message-of.ts'
export {
  createRequests,
  routeOf,
  type Input,
  type Requests,
  type RequestsOptions,
  type Sending,
  type Sent,
  type Unreached,
} from './requests.ts'
export type {
  Changed,
  GuardRail,
  OnboardingClient,
  OnboardingState,
  Phase,
  Refused,
} from './onboarding-state.ts'
export { withRetries, type RetryOptions } from './retry.ts'
