/** What Boardwalk itself reports: history and outbox in one. */
export type HappeningType =
  | 'onboarding.enrolled'
  | 'onboarding.moved'
  | 'onboarding.offered'
  | 'onboarding.reached'
  | 'onboarding.step_completed'
  | 'onboarding.step_skipped'
  | 'onboarding.nudge_snoozed'
  | 'onboarding.nudge_unsnoozed'
  | 'onboarding.nudge_dismissed'
  | 'onboarding.completed'
  | 'onboarding.skipped'
  | 'onboarding.resumed'
  | 'gating.blocked'

export type Happening = {
  readonly type: HappeningType
  readonly flow: string
  readonly version: number
  readonly stepId: string | null
  /** Whose step it was, for a step of scope `account`; others read these to bring the members up to date. */
  readonly accountId?: string | undefined
  readonly data: { readonly [name: string]: unknown }
}
