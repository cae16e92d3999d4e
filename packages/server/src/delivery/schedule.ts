const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** After each try that failed. Shortened by all the jitter there is, it still spans more than 72 hours. */
const pauses = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  ...[1, 2, 4, 8, 12, 16, 24, 24].map((hours) => hours * hour),
]

const longestWaitMs = 24 * hour
const firstProbeMs = 5 * second
const longestProbeMs = 5 * minute

/** ± 20 %, so that what failed together does not come back together. `chance` is from 0 to 1. */
const jittered = (ms: number, chance: number): number => Math.round(ms * (0.8 + 0.4 * chance))

/** When to try again after `tries` failed ones; undefined when it was the last. Not before the receiver's own `waitMs`. */
export const nextTryAt = (
  tries: number,
  now: number,
  waitMs: number | undefined,
  chance: number,
): number | undefined => {
  const pause = pauses[tries - 1]
  return pause === undefined ? undefined : now + Math.max(jittered(pause, chance), waitMs ?? 0)
}

/** When to see whether a receiver answers again, after so many failures on end. */
export const nextProbeAt = (
  failures: number,
  now: number,
  waitMs: number | undefined,
  chance: number,
): number => {
  const pause = Math.min(longestProbeMs, firstProbeMs * 2 ** Math.min(failures, 20))
  return now + Math.max(jittered(pause, chance), waitMs ?? 0)
}

/** What `Retry-After` asks for, in milliseconds and at most 24 hours; undefined when it says nothing that can be read. */
export const retryAfterMs = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined
  const text = header.trim()
  // JavaScript takes much for a date that HTTP does not.
  const at = text.endsWith('GMT') ? Date.parse(text) : Number.NaN
  const ms = /^\d+$/.test(text) ? Number(text) * second : at - now
  return Number.isNaN(ms) ? undefined : Math.min(longestWaitMs, Math.max(0, ms))
}
