import type { EnrolmentStatus, StepStatus } from '../person.ts'

/** A happening as the analytics read it. Steps are named by lineage. */
export type Told = {
  readonly type: string
  /** null when it is about no flow. */
  readonly flow: string | null
  readonly version: number | null
  readonly stepId: string | null
  /** It tells of the step that this version of the flow calls its activation step. */
  readonly isActivation: boolean
  readonly data: { readonly [name: string]: unknown }
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Whom a count is about, as they were when they entered the flow. '' is unknown; the flow '' (version 0) is the person as a whole. */
export type Segment = {
  readonly flow: string
  readonly version: number
  readonly arm: string
  readonly market: string
  readonly plan: string
  readonly role: string
  readonly locale: string
}

/** Attempts that a gate stopped, and when. */
export type Attempts = readonly [at: number, count: number]

export type StepTally = {
  readonly id: string
  readonly isOffered: boolean
  readonly isReached: boolean
  readonly status: StepStatus
  readonly settledAt: number | null
  /** When gates stopped the person for want of it, unrecovered, oldest first. Kept for two hours, so that an hour's delay loses none. */
  readonly blockedAt: readonly Attempts[]
  /** When it was done; kept as long, for attempts that are heard of late. */
  readonly doneAt: readonly number[]
}

export type JourneyTally = {
  readonly segment: Segment
  readonly startedAt: number
  readonly status: EnrolmentStatus
  readonly completedAt: number | null
  /** When the flow's activation step was first done. */
  readonly activatedAt: number | null
  /** First those that were shown, in that order. */
  readonly steps: readonly StepTally[]
}

/** One of the host's events of value. */
export type ValueTally = {
  readonly event: string
  /** For the first time. */
  readonly at: number
  readonly onDay1: boolean
  readonly onDay7: boolean
}

/** Something that the person did themselves: an event of value, or null for anything else. */
export type Doing = { readonly event: string | null; readonly at: number }

/** What is counted of one person: all of their happenings so far, folded. Plain JSON. */
export type Tally = {
  /** As their first enrolment told it, at the latest its start, and from then on for all flows; null before it. */
  readonly signedUpAt: number | null
  /** That of the flow '' first: the person as a whole. */
  readonly journeys: readonly JourneyTally[]
  readonly values: readonly ValueTally[]
  /** On which days of 24 hours after signing up they did anything: 0 to 30, ascending. */
  readonly days: readonly number[]
  /** What they did before their first enrolment, oldest first. */
  readonly waiting: readonly Doing[]
}

export const emptyTally: Tally = { signedUpAt: null, journeys: [], values: [], days: [], waiting: [] }

/** One row of counts; `begins` is the full hour in milliseconds since 1970. Numbers may be negative: taken back. */
export type Count =
  | {
      readonly of: 'journey'
      readonly segment: Segment
      readonly begins: number
      readonly enrolled: number
      readonly completed: number
      readonly skipped: number
      readonly signedUp: number
    }
  | {
      readonly of: 'step'
      readonly segment: Segment
      readonly begins: number
      readonly stepId: string
      readonly offered: number
      readonly reached: number
      readonly done: number
      readonly skipped: number
      readonly inOrder: number
    }
  | {
      readonly of: 'duration'
      readonly segment: Segment
      readonly begins: number
      readonly measure: string
      readonly bin: number
      readonly people: number
    }
  | {
      readonly of: 'value'
      readonly segment: Segment
      readonly begins: number
      readonly event: string
      readonly people: number
      readonly withinDay: number
      readonly withinWeek: number
      readonly onDay1: number
      readonly onDay7: number
    }
  | {
      readonly of: 'return'
      readonly segment: Segment
      readonly begins: number
      readonly day: number
      readonly people: number
    }
  | {
      readonly of: 'nudge'
      readonly segment: Segment
      readonly begins: number
      readonly shown: number
      readonly snoozed: number
      readonly dismissed: number
    }
  | {
      readonly of: 'block'
      readonly segment: Segment
      readonly begins: number
      readonly stepId: string
      readonly blocked: number
      readonly recovered: number
    }
