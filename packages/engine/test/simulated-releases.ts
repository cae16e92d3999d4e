import { judge, type Counted, type Limit } from '../src/health/index.ts'
import { chanceFrom, successes } from './simulated-experiments.ts'

type Runs = { readonly runs: number; readonly seed: number }

const apiErrors: Limit = { is: 'atMost', limit: 0.05 }
const api = { kind: 'share', baseline: null, minimumSample: 100, alpha: 0.05 / 1440 } as const
const windowMinutes = 10
const checksAMinute = 4

type Requests = Runs & {
  readonly minutes: number
  /** Between two checks, of which there are four a minute. */
  readonly requests: number
  readonly rate: number
}

/**
 * After how many checks each run was rolled back, of those that were: minutes that fill up while they are checked, as the
 * watch sees them. `plain`: how many were by a rule that only compares the last minute with the limit.
 */
export const rolledBackByErrors = ({ runs, seed, minutes, requests, rate }: Requests) => {
  const chance = chanceFrom(seed)
  const after: number[] = []
  let plain = 0
  for (let run = 0; run < runs; run++) {
    const pieces: { of: number; count: number }[] = []
    let found = false
    let plainly = false
    for (let check = 0; check < minutes * checksAMinute; check++) {
      if (check % checksAMinute === 0) pieces.push({ of: 0, count: 0 })
      const minute = pieces.at(-1)!
      minute.of += requests
      minute.count += successes(chance, requests, rate)
      if (pieces.length > windowMinutes) pieces.shift()
      plainly ||= minute.of >= api.minimumSample && minute.count / minute.of > apiErrors.limit
      if (found || judge(apiErrors, pieces, api).verdict !== 'rollback') continue
      found = true
      after.push(check + 1)
    }
    if (plainly) plain++
  }
  return { after, plain }
}

type SignUps = Runs & {
  readonly days: number
  /** Who sign up between two looks, of which there are 24 a day. */
  readonly hourly: number
  readonly baseline: number
  /** True rates: of those of the baseline, and of those since. */
  readonly rates: readonly [before: number, since: number]
}

const d1: Limit = { is: 'atLeast', limit: 0.8, of: 'baseline' }
const windowDays = 14

/** After how many people each run was rolled back by its conversion, of those that were. */
export const rolledBackByConversion = ({ runs, seed, days, hourly, baseline: of, rates }: SignUps) => {
  const chance = chanceFrom(seed)
  const after: number[] = []
  for (let run = 0; run < runs; run++) {
    const baseline: Counted = { of, count: successes(chance, of, rates[0]) }
    const judging = { kind: 'share', baseline, minimumSample: 100, alpha: 0.05 / 365 } as const
    const pieces: { of: number; count: number }[] = []
    for (let hour = 0; hour < days * 24; hour++) {
      if (hour % 24 === 0) pieces.push({ of: 0, count: 0 })
      const day = pieces.at(-1)!
      day.of += hourly
      day.count += successes(chance, hourly, rates[1])
      if (pieces.length > windowDays) pieces.shift()
      if (judge(d1, pieces, judging).verdict !== 'rollback') continue
      after.push((hour + 1) * hourly)
      break
    }
  }
  return after
}
