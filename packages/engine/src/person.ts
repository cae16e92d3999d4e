import type { Assignment } from './assignment/assignment.ts'

/** What the server has seen itself of a person. Absent means unknown. */
export type Facts = {
  readonly role?: string
  readonly plan?: string
  readonly market?: string
  readonly locale?: string
  /** When the person signed up with the host, ISO 8601 in UTC. */
  readonly createdAt?: string
  readonly attributes: { readonly [name: string]: unknown }
}

export type StepStatus = 'todo' | 'done' | 'skipped'

/** How a step came to be settled. */
export type Source = 'user' | 'event' | 'api' | 'import' | 'migration'

/** What is known of one version of one step, for a person or an account. Times are milliseconds since 1970. */
export type StepState = {
  /** The step's lineage: the id it had at first. */
  readonly stepId: string
  readonly stepVersion: number
  readonly status: StepStatus
  readonly offeredAt: number | null
  readonly reachedAt: number | null
  /** When it was last done or skipped; in a person's own row of a step of their account: by others, and they were told. */
  readonly settledAt: number | null
  /** The user id of who settled it. */
  readonly settledBy: string | null
  readonly source: Source | null
  readonly reason: string | null
  readonly metadata: Readonly<Record<string, unknown>> | null
}

export type EnrolmentStatus = 'in_progress' | 'completed' | 'skipped'

/** One person in one flow. */
export type Enrolment = {
  readonly flow: string
  /** Not the one in force while the person finishes the version they started. */
  readonly version: number
  /** The last publication of the flow that it has caught up with; null: the newest one of its version. */
  readonly publication: number | null
  /** When the person was last made to start anew; what they did before proves none of their own steps. */
  readonly restartedAt: number | null
  readonly arm: string | null
  readonly status: EnrolmentStatus
  readonly startedAt: number
  readonly completedAt: number | null
  readonly skippedAt: number | null
  readonly snoozeCount: number
  readonly snoozedUntil: number | null
  /** When the nudge was last snoozed; null when never, and when that was undone. */
  readonly snoozedAt: number | null
  /** What `snoozedUntil` was before the last snooze: undoing it gives that back. */
  readonly snoozedUntilBefore: number | null
  readonly nudgeDismissedAt: number | null
  /** The flow's version that was in force then; a newer one shows the nudge again. */
  readonly nudgeDismissedIn: number | null
  /** null also when it was restored. */
  readonly guideDismissedAt: number | null
  readonly welcomeSeenAt: number | null
  /** The person's own rows: all that was offered, and the state of steps of scope `person`. */
  readonly steps: readonly StepState[]
}

/** The steps that the members of an account share in one flow. */
export type AccountFlow = { readonly flow: string; readonly steps: readonly StepState[] }

/** An event of the host's that the person did once, and that some step may be proven by later. */
export type RememberedEvent = {
  readonly name: string
  /** When they did it, in milliseconds since 1970. */
  readonly at: number
  /** null: too long to be kept. Such an event proves only steps whose trigger asks nothing of its properties. */
  readonly properties: Readonly<Record<string, unknown>> | null
}

/** Whether the person agreed that what they do is observed, beyond what the onboarding itself needs. */
export type Consent = { readonly analytics: boolean; readonly at: number }

/** All that decisions about one person are made from. */
export type Person = {
  readonly userId: string
  readonly facts: Facts
  readonly accountId: string | null
  readonly accountAttributes: { readonly [name: string]: unknown }
  readonly enrolments: readonly Enrolment[]
  readonly accountFlows: readonly AccountFlow[]
  /** Oldest arrival first. */
  readonly remembered: readonly RememberedEvent[]
  /** null when they were never asked; that is no consent. */
  readonly consent: Consent | null
  /** Their own rows of the ledger of experiments, and those of their account. */
  readonly assignments: readonly Assignment[]
}

/** A person nobody has heard of yet. */
export const stranger = (userId: string): Person => ({
  userId,
  facts: { attributes: {} },
  accountId: null,
  accountAttributes: {},
  enrolments: [],
  accountFlows: [],
  remembered: [],
  consent: null,
  assignments: [],
})
