import { normalReach } from './normal.ts'

/**
 * What is known of some people who have the same time: `events` of them got there after `timeMs`; `censored` were still on
 * the way when last seen after `timeMs`. Counts are not below 0; times may repeat, in any order.
 */
export type Observation = {
  readonly timeMs: number
  readonly events: number
  readonly censored: number
}

/** How things stand from `timeMs` until the next point. */
export type CurvePoint = {
  readonly timeMs: number
  /** Those who were still on the way just before. */
  readonly atRisk: number
  readonly events: number
  readonly censored: number
  /** The share estimated to be still on the way after this time, from 1 down to 0. */
  readonly survival: number
  /** Of the 95 % interval. Null once nobody is left on the way: the variance is unknown there. */
  readonly low: number | null
  readonly high: number | null
}

const z95 = normalReach(0.95)

/** One observation a time, earliest first; times of nobody are left out. */
export const groupedByTime = (observations: readonly Observation[]): Observation[] => {
  const byTime = new Map<number, Observation>()
  for (const { timeMs, events, censored } of observations) {
    if (events + censored === 0) continue
    const same = byTime.get(timeMs)
    byTime.set(timeMs, {
      timeMs,
      events: events + (same?.events ?? 0),
      censored: censored + (same?.censored ?? 0),
    })
  }
  return [...byTime.values()].sort((a, b) => a.timeMs - b.timeMs)
}

/**
 * The product-limit estimate of Kaplan and Meier (1958): S(t) = Π (1 − events / atRisk) over the times up to t, so that the
 * unfinished count for as long as they were seen. Events come before censorings of the same time. The variance of ln S is
 * Greenwood's, v = Σ events / (atRisk · (atRisk − events)); the interval is S · e^(∓1.96 √v), cut at 1. This is `survfit`
 * of R's package survival with its defaults, of each row as many times as it counts.
 *
 * The intervals are approximate, and hold for each time by itself; below about ten people at risk they say little. Times are compared exactly.
 * Nobody observed gives no points.
 */
export const kaplanMeier = (observations: readonly Observation[]): CurvePoint[] => {
  const times = groupedByTime(observations)
  let atRisk = times.reduce((people, { events, censored }) => people + events + censored, 0)
  let survival = 1
  let variance = 0
  return times.map(({ timeMs, events, censored }) => {
    const before = atRisk
    survival *= (before - events) / before
    variance += events / (before * (before - events))
    atRisk -= events + censored
    const reach = Math.exp(z95 * Math.sqrt(variance))
    return {
      timeMs,
      atRisk: before,
      events,
      censored,
      survival,
      low: survival === 0 ? null : survival / reach,
      high: survival === 0 ? null : Math.min(1, survival * reach),
    }
  })
}
