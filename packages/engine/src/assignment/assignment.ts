import type { AssignmentSource } from './assign.ts'

/** A row of the ledger: from their first exposure on, this is the unit's arm. */
export type Assignment = {
  readonly experiment: string
  /** Whose people the experiment is about. */
  readonly flow: string
  readonly kind: 'user' | 'account'
  /** The user's or the account's id. The account's row decides for its members; the member's own tells that they met it. */
  readonly unit: string
  readonly arm: string
  /** Of the experiment, when the arm was chosen. */
  readonly phase: number
  readonly source: Exclude<AssignmentSource, 'stored'>
  /** Milliseconds since 1970. */
  readonly assignedAt: number
  readonly exposedAt: number
}
