/** What Boardwalk itself reports: history and outbox in one. */
export type HappeningType =
  | 'onboarding.enrolled'
  | 'onboarding.moved'
  | 'onboarding.step_reset'
  | 'onboarding.step_restored'
  | 'onboarding.reopened'
  | 'onboarding.offered'
  | 'onboarding.reached'
  | 'onboarding.step_completed'
  | 'onboarding.step_shared'
  | 'onboarding.step_skipped'
  | 'onboarding.nudge_snoozed'
  | 'onboarding.nudge_unsnoozed'
  | 'onboarding.nudge_dismissed'
  | 'onboarding.completed'
  | 'onboarding.skipped'
  | 'onboarding.resumed'
  | 'onboarding.viewed'
  | 'onboarding.step_started'
  | 'onboarding.nudge_shown'
  | 'gating.blocked'
  | 'experiment.exposed'
  | 'feature.rollback'

export type Happening = {
  /** One of ours, or the name that the host gave to something of value to it. */
  readonly type: HappeningType | (string & {})
  /** null when it is about no flow. */
  readonly flow: string | null
  readonly version: number | null
  readonly stepId: string | null
  /** Whose step it was, for a step of scope `account`; others read these to bring the members up to date. */
  readonly accountId?: string | undefined
  readonly data: { readonly [name: string]: unknown }
  /** When it happened, in milliseconds since 1970, if that was before it is told. */
  readonly at?: number | undefined
}
