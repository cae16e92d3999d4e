import { describe, expect, test } from 'vitest'
import {
  alwaysValidInterval,
  alwaysValidMean,
  proportionOf,
  sampleRatio,
  wilson,
  type Sample,
} from '../src/statistics/index.ts'
import { expectNear, readOracle } from './oracles/read-oracle.ts'
import { wrongSplitsCalled, alarmsWithoutDifference, harmsFound } from './simulated-experiments.ts'

const oracle = readOracle<{
  wilson: { successes: number; n: number; confidence: number; low: number; high: number }[]
  sampleRatios: { counts: number[]; weights: number[]; concentration: number; logBayesFactor: number }[]
  means: {
    sample: Sample
    side: 'both' | 'low' | 'high'
    alpha: number
    tunedFor: number
    reach: number
    exactReach: number
  }[]
  intervals: {
    control: Sample
    treatment: Sample
    side: 'both' | 'low' | 'high'
    alpha: number
    tunedFor: number
    reach: number
    exactReach: number
  }[]
}>('sequential')

describe("Wilson's interval is that of statsmodels", () => {
  test.each(oracle.wilson)('$successes of $n at $confidence', ({ successes, n, confidence, low, high }) => {
    const found = wilson(successes, n, confidence)
    expectNear(found.low, low, 1e-9, 1e-6)
    expectNear(found.high, high)
  })

  test('of nobody nothing is known, and nobody of some is exactly 0 at the low end', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 })
    expect(wilson(0, 20).low).toBe(0)
    expect(wilson(20, 20).high).toBe(1)
  })
})

describe('the always-valid interval is the one at whose end the evidence reaches 1 / alpha', () => {
  test.each(oracle.intervals)(
    '$control.units and $treatment.units people, $side, alpha $alpha, tuned for $tunedFor',
    ({ control, treatment, reach, exactReach, ...settings }) => {
      const { difference, low, high } = alwaysValidInterval(control, treatment, settings)!
      expectNear(difference, treatment.mean - control.mean)
      if (settings.side === 'high') expect(low).toBeNull()
      else expectNear(difference - low!, reach)
      if (settings.side === 'low') expect(high).toBeNull()
      else expectNear(high! - difference, reach)
      // The closed form of the one-sided interval is on the safe side, by little.
      expect(exactReach).toBeLessThanOrEqual(reach)
      expect(exactReach).toBeGreaterThan(reach * 0.98)
    },
  )

  test.each(oracle.means)(
    'of one mean: $sample.units people, $side, alpha $alpha, tuned for $tunedFor',
    ({ sample, reach, exactReach, ...settings }) => {
      const { low, high } = alwaysValidMean(sample, settings)!
      if (settings.side === 'high') expect(low).toBeNull()
      else expectNear(sample.mean - low!, reach)
      if (settings.side === 'low') expect(high).toBeNull()
      else expectNear(high! - sample.mean, reach)
      expect(exactReach).toBeLessThanOrEqual(reach)
      expect(exactReach).toBeGreaterThan(reach * 0.98)
    },
  )

  test('of one mean: nothing of nobody, nor of measurements that are all the same', () => {
    expect(alwaysValidMean(proportionOf(0, 0))).toBeNull()
    expect(alwaysValidMean({ units: 50, mean: 3, variance: 0 })).toBeNull()
    const some = proportionOf(30, 100)
    expect(alwaysValidMean(some)).toEqual(
      alwaysValidMean(some, { side: 'both', alpha: 0.05, tunedFor: 5000 }),
    )
  })

  test('limits both sides at 5 %, tightest at 5000 people, unless told otherwise', () => {
    const arms = [proportionOf(300, 1000), proportionOf(270, 1000)] as const
    expect(alwaysValidInterval(...arms)).toEqual(
      alwaysValidInterval(...arms, { side: 'both', alpha: 0.05, tunedFor: 5000 }),
    )
  })

  test('says nothing of an arm of nobody, nor of measurements that are all the same', () => {
    const some = proportionOf(30, 100)
    expect(alwaysValidInterval(proportionOf(0, 0), some)).toBeNull()
    expect(alwaysValidInterval(some, proportionOf(0, 0))).toBeNull()
    const same = { units: 50, mean: 3, variance: 0 }
    expect(alwaysValidInterval(same, { ...same, mean: 4 })).toBeNull()
  })

  test('two arms in which nobody did it differ by about nothing, not by exactly nothing', () => {
    const { difference, low, high } = alwaysValidInterval(proportionOf(0, 500), proportionOf(0, 500))!
    expect(difference).toBe(0)
    expect(low).toBeLessThan(0)
    expect(high).toBeGreaterThan(0)
  })

  test('all of many against none of many is a difference', () => {
    expect(alwaysValidInterval(proportionOf(1000, 1000), proportionOf(0, 1000))!.high).toBeLessThan(-0.9)
  })
})

describe('the evidence for another split is that of the people one after another', () => {
  test.each(oracle.sampleRatios)('$counts by $weights, concentration $concentration', (row) => {
    const found = sampleRatio(row.counts, row.weights, row.concentration)
    expectNear(found.logBayesFactor, row.logBayesFactor, 1e-9, 1e-3)
    expectNear(found.pValue, Math.min(1, Math.exp(-row.logBayesFactor)))
  })

  test('an arm that nobody should be in is no arm, until somebody is', () => {
    expect(sampleRatio([5000, 4700, 0], [50, 50, 0])).toEqual(sampleRatio([5000, 4700], [50, 50]))
    expect(sampleRatio([50, 50, 1], [50, 50, 0]).pValue).toBe(0)
  })

  test('nobody yet speaks for nothing, and a single arm never does', () => {
    expect(sampleRatio([0, 0], [50, 50]).pValue).toBe(1)
    expect(sampleRatio([], []).pValue).toBe(1)
    expect(sampleRatio([12_345], [100]).pValue).toBe(1)
  })
})

// The same in full size: proofs/statistics.proof.ts.
describe('looked at a hundred times', () => {
  test('the always-valid interval rarely sees a difference where there is none; a plain one often does', () => {
    const alarms = alarmsWithoutDifference({ runs: 200, looks: 100, units: 100, rate: 0.3, seed: 1 })
    expect(alarms.both).toBeLessThanOrEqual(0.05 * 200)
    expect(alarms.low).toBeLessThanOrEqual(0.05 * 200)
    expect(alarms.plain).toBeGreaterThan(0.25 * 200)
  })

  test('the split is rarely called wrong where it is right', () => {
    const alarms = wrongSplitsCalled({ runs: 300, looks: 100, units: 200, share: 0.5, seed: 2 })
    expect(alarms.sequential).toBeLessThanOrEqual(1)
    expect(alarms.plain).toBeGreaterThan(alarms.sequential)
  })

  test('a fall from 30 % to 27 % is found', () => {
    const found = harmsFound({ runs: 100, looks: 100, units: 100, rates: [0.3, 0.27], seed: 3 })
    expect(found.length).toBeGreaterThanOrEqual(90)
  })
})
