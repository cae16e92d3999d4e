import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  alwaysValidInterval,
  kaplanMeier,
  logRank,
  proportionOf,
  quantile,
  sampleRatio,
  wilson,
  type Observation,
} from '../src/statistics/index.ts'
import { expectNear } from './oracles/read-oracle.ts'

const observation = fc.record({
  timeMs: fc.integer({ min: 0, max: 40 }),
  events: fc.integer({ min: 0, max: 6 }),
  censored: fc.integer({ min: 0, max: 6 }),
})
const observations = fc.array(observation, { maxLength: 30 })
const groups = fc.array(observations, { minLength: 2, maxLength: 5 })
const share = fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100)
const proportion = fc
  .tuple(fc.nat(500), fc.integer({ min: 1, max: 500 }))
  .map(([part, units]) => [Math.min(part, units), units] as const)

/** Each person alone, last ones first. */
const onePersonEach = (rows: readonly Observation[]): Observation[] =>
  rows
    .flatMap(({ timeMs, events, censored }) => [
      ...Array.from({ length: censored }, () => ({ timeMs, events: 0, censored: 1 })),
      ...Array.from({ length: events }, () => ({ timeMs, events: 1, censored: 0 })),
    ])
    .reverse()

test('fewer and fewer are still on the way, and the interval holds the estimate', () => {
  fc.assert(
    fc.property(observations, (rows) => {
      let before = 1
      for (const { survival, low, high, atRisk } of kaplanMeier(rows)) {
        expect(atRisk).toBeGreaterThan(0)
        expect(survival).toBeLessThanOrEqual(before)
        expect(survival).toBeGreaterThanOrEqual(0)
        if (low === null || high === null) expect(survival).toBe(0)
        else expect(low <= survival && survival <= high && high <= 1).toBe(true)
        before = survival
      }
    }),
  )
})

test('people may come one by one or in groups, in any order', () => {
  fc.assert(
    fc.property(observations, groups, (rows, several) => {
      expect(kaplanMeier(onePersonEach(rows))).toEqual(kaplanMeier(rows))
      expect(logRank(several.map(onePersonEach))).toEqual(logRank(several))
    }),
  )
})

test('where nobody is still on the way, the estimate is the share of people, and the time that of one of them', () => {
  fc.assert(
    fc.property(fc.array(observation, { minLength: 1 }), share, (rows, p) => {
      const finished = rows.map((row) => ({ ...row, events: row.events + 1, censored: 0 }))
      const people = finished.reduce((sum, { events }) => sum + events, 0)
      for (const { timeMs, survival } of kaplanMeier(finished)) {
        const later = finished.filter((row) => row.timeMs > timeMs)
        const left = later.reduce((sum, { events }) => sum + events, 0)
        expect(survival).toBeCloseTo(left / people, 12)
      }
      const { timeMs } = quantile(kaplanMeier(finished), p)
      const by = (limit: number) =>
        finished.filter((row) => row.timeMs <= limit).reduce((sum, { events }) => sum + events, 0)
      expect(by(timeMs!) / people).toBeGreaterThanOrEqual(p - 1e-9)
      expect(by(timeMs! - 1) / people).toBeLessThanOrEqual(p + 1e-9)
    }),
  )
})

test('a larger share takes at least as long, and its interval holds it', () => {
  fc.assert(
    fc.property(observations, share, share, (rows, one, other) => {
      const curve = kaplanMeier(rows)
      const sooner = quantile(curve, Math.min(one, other)).timeMs ?? Infinity
      const later = quantile(curve, Math.max(one, other))
      expect(later.timeMs ?? Infinity).toBeGreaterThanOrEqual(sooner)
      if (later.timeMs === null || later.low === null) return
      expect(later.low).toBeLessThanOrEqual(later.timeMs)
      expect(later.high ?? Infinity).toBeGreaterThanOrEqual(later.timeMs)
    }),
  )
})

test('which group comes first does not matter to the comparison, nor the unit of time', () => {
  fc.assert(
    fc.property(groups, (several) => {
      const found = logRank(several)
      const turned = logRank(
        several.map((rows) => rows.map((row) => ({ ...row, timeMs: row.timeMs * 3_600_000 }))).reverse(),
      )
      expect(turned.degreesOfFreedom).toBe(found.degreesOfFreedom)
      expectNear(turned.chiSquare, found.chiSquare, 1e-9, 1e-3)
      expectNear(turned.pValue, found.pValue)
      if (found.pValue !== null) expect(found.pValue >= 0 && found.pValue <= 1).toBe(true)
    }),
  )
})

test("Wilson's interval holds the share, and the mirrored one is the mirror's", () => {
  fc.assert(
    fc.property(proportion, share, ([successes, n], percent) => {
      const { low, high } = wilson(successes, n, percent * 0.99)
      expect(low >= 0 && low <= successes / n && successes / n <= high && high <= 1).toBe(true)
      expect(wilson(n - successes, n, percent * 0.99).low).toBeCloseTo(1 - high, 12)
    }),
  )
})

test('the always-valid interval holds the difference, and turns with the arms', () => {
  fc.assert(
    fc.property(proportion, proportion, (one, other) => {
      const [control, treatment] = [proportionOf(...one), proportionOf(...other)]
      const found = alwaysValidInterval(control, treatment)!
      const turned = alwaysValidInterval(treatment, control)!
      expect(found.low! < found.difference && found.difference < found.high!).toBe(true)
      expectNear(turned.high, -found.low!)
      expectNear(turned.low, -found.high!)
    }),
  )
})

test('the unit of the weights does not matter to the split, nor the order of the arms', () => {
  const arm = fc.record({ people: fc.nat(2000), weight: fc.integer({ min: 1, max: 100 }) })
  fc.assert(
    fc.property(fc.array(arm, { minLength: 1, maxLength: 6 }), (arms) => {
      const people = arms.map((one) => one.people)
      const weights = arms.map((one) => one.weight)
      const found = sampleRatio(people, weights).logBayesFactor
      const turned = sampleRatio(people.toReversed(), weights.map((weight) => weight / 7).reverse())
      expectNear(turned.logBayesFactor, found, 1e-9, 1e-3)
    }),
  )
})

test('with the intended split, the evidence against it neither grows nor shrinks on average', () => {
  // Over all ways in which 12 people can come to three arms: the sum of probability × Bayes factor is 1.
  const shares = [0.5, 0.3, 0.2] as const
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
  let sum = 0
  for (let a = 0; a <= 12; a++) {
    for (let b = 0; a + b <= 12; b++) {
      const c = 12 - a - b
      const ways = factorial(12) / (factorial(a) * factorial(b) * factorial(c))
      const probability = ways * shares[0] ** a * shares[1] ** b * shares[2] ** c
      sum += probability * Math.exp(sampleRatio([a, b, c], [5, 3, 2], 10).logBayesFactor)
    }
  }
  expect(sum).toBeCloseTo(1, 12)
})
