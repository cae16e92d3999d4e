import { describe, expect, test } from 'vitest'
import { chiSquareTail } from '../src/statistics/chi-square.ts'
import { kaplanMeier, logRank, quantile, type Observation } from '../src/statistics/index.ts'
import { expectNear, readOracle } from './oracles/read-oracle.ts'

type Columns = { time: number[]; events: number[]; censored: number[] }
type Curve = Columns & {
  name: string
  atRisk: number[]
  survival: number[]
  low: (number | null)[]
  high: (number | null)[]
  shares: number[]
  quantile: (number | null)[]
  quantileLow: (number | null)[]
  quantileHigh: (number | null)[]
}
type Comparison = {
  name: string
  groups: Columns[]
  answer: { chiSquare: [number]; degreesOfFreedom: [number]; pValue: [number] }
}

const oracle = readOracle<{
  curves: Curve[]
  comparisons: Comparison[]
  chiSquareTails: { x: number[]; degreesOfFreedom: number[]; pValue: number[] }
}>('survival')

const observationsOf = ({ time, events, censored }: Columns): Observation[] =>
  time.map((timeMs, row) => ({ timeMs, events: events[row]!, censored: censored[row]! }))

describe('the share still on the way is that of survfit', () => {
  test.each(oracle.curves)('$name', (expected) => {
    const curve = kaplanMeier(observationsOf(expected))
    expect(curve.map((point) => point.atRisk)).toEqual(expected.atRisk)
    for (const [row, point] of curve.entries()) {
      expectNear(point.survival, expected.survival[row]!)
      expectNear(point.low, expected.low[row]!)
      expectNear(point.high, expected.high[row]!)
    }
  })
})

describe('the time by which a share got there is that of quantile.survfit', () => {
  test.each(oracle.curves)('$name', (expected) => {
    const curve = kaplanMeier(observationsOf(expected))
    for (const [row, share] of expected.shares.entries()) {
      const found = quantile(curve, share)
      expectNear(found.timeMs, expected.quantile[row]!)
      expectNear(found.low, expected.quantileLow[row]!)
      expectNear(found.high, expected.quantileHigh[row]!)
    }
  })
})

test('of nobody there is no curve, and no time by which half of them got there', () => {
  expect(kaplanMeier([])).toEqual([])
  expect(kaplanMeier([{ timeMs: 1000, events: 0, censored: 0 }])).toEqual([])
  expect(quantile([], 0.5)).toEqual({ timeMs: null, low: null, high: null })
})

describe('whether groups are equally fast is answered as by survdiff', () => {
  test.each(oracle.comparisons)('$name', ({ groups, answer }) => {
    const found = logRank(groups.map(observationsOf))
    expect(found.degreesOfFreedom).toBe(answer.degreesOfFreedom[0])
    expectNear(found.chiSquare, answer.chiSquare[0], 1e-9, 1e-6)
    expectNear(found.pValue, answer.pValue[0])
  })
})

describe('nothing to compare', () => {
  const early = { timeMs: 1000, events: 0, censored: 5 }
  const late = { timeMs: 5000, events: 3, censored: 1 }
  const nothing = { chiSquare: null, degreesOfFreedom: 0, pValue: null }
  test.each<[string, Observation[][], object]>([
    ['no groups', [], nothing],
    ['a single group', [[late]], nothing],
    ['groups of nobody', [[], []], nothing],
    ['a group of nobody beside another', [[late], []], nothing],
    ['nobody got there', [[early], [early]], nothing],
    ['one group left before anything happened', [[early], [late]], nothing],
    [
      'everybody gets there at once',
      [[{ ...late, censored: 0 }], [{ ...late, censored: 0 }]],
      { ...nothing, degreesOfFreedom: 1 },
    ],
  ])('%s', (_, groups, expected) => {
    expect(logRank(groups)).toEqual(expected)
  })
})

test('the tail of the chi-square distribution is that of R, however far out', () => {
  const { x, degreesOfFreedom, pValue } = oracle.chiSquareTails
  for (const [row, expected] of pValue.entries())
    expectNear(chiSquareTail(x[row]!, degreesOfFreedom[row]!), expected, 1e-12)
})
