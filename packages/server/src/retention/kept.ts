/** How many days what is kept. History, and what people have reached, is kept as long as they are known. */
export type Kept = {
  /** Answers to requests with an `Idempotency-Key`, and ids of events: one that comes later has its effect again. */
  readonly answers: number
  readonly deadLetters: number
  /** The log of deliveries, and what a disabled webhook never took. */
  readonly deliveries: number
  /** Counted requests, and alerts that are over. */
  readonly health: number
  /** The audit log. */
  readonly audit: number
  /** Who was erased. Not shorter than any backup, and any source of events, reaches back. Undefined: for ever. */
  readonly erasures: number | undefined
}

export const usuallyKept: Kept = {
  answers: 30,
  deadLetters: 14,
  deliveries: 30,
  health: 90,
  audit: 731,
  erasures: undefined,
}
