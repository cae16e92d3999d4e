export const dayMs = 86_400_000

export type MovableClock = {
  /** Milliseconds since 1970, so many days ahead of the real time. */
  readonly now: () => number
  readonly daysAhead: () => number
  readonly setAhead: (days: number) => void
}

/** Time travel for a demo: kept in memory, so that a restart brings everybody back to the present. */
export const movableClock = (real: () => number): MovableClock => {
  let ahead = 0
  return {
    now: () => real() + ahead * dayMs,
    daysAhead: () => ahead,
    setAhead: (days) => void (ahead = days),
  }
}
