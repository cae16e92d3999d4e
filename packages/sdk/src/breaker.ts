/** Stops asking somebody who does not answer, and tries again after a while. */
export type Breaker = {
  /** Whether to ask now. While it is open, one of many asks now and then, to see. */
  readonly mayAsk: () => boolean
  readonly succeeded: () => void
  /**
   * `by`: who it was about, when that person alone may have brought it about; they count once in a row of failures.
   */
  readonly failed: (by?: string) => void
  readonly isOpen: () => boolean
}

export type BreakerOptions = {
  /** Failures in a row that open it, from 1 to 100; default 5. */
  readonly failures?: number
  /** Milliseconds of the first pause at most; doubled with each failed try. Default 200. */
  readonly firstPauseMs?: number
  /** Milliseconds that no pause exceeds; default 30,000. */
  readonly longestPauseMs?: number
  /** Milliseconds that only rise. */
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
}

/**
 * A circuit breaker with full jitter: each pause is drawn evenly from nothing to a bound that doubles, so that the
 * processes of a host do not come back all at once. The first success closes it.
 * (Full jitter: AWS Architecture Blog, "Exponential Backoff And Jitter", 2015.)
 */
export const createBreaker = ({
  failures = 5,
  firstPauseMs = 200,
  longestPauseMs = 30_000,
  clock,
  random,
}: BreakerOptions): Breaker => {
  let inARow = 0
  const blamed = new Set<string>()
  let tries = 0
  let nextTryAt = 0

  const isOpen = (): boolean => inARow >= failures

  const pause = (): void => {
    const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries, 30))
    tries += 1
    nextTryAt = clock() + random() * bound
  }

  return {
    isOpen,
    mayAsk: () => {
      if (!isOpen()) return true
      if (clock() < nextTryAt) return false
      // Whoever comes next waits for how this one fares, or for the pause after it.
      pause()
      return true
    },
    succeeded: () => {
      inARow = 0
      blamed.clear()
      tries = 0
    },
    failed: (by) => {
      if (by !== undefined) {
        if (blamed.has(by)) return
        blamed.add(by)
      }
      inARow += 1
      if (isOpen()) blamed.clear()
      if (inARow === failures) pause()
    },
  }
}
