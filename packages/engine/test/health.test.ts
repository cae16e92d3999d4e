import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  calm,
  isHeld,
  judge,
  measureCriterion,
  metricNames,
  metrics,
  nextOfIncident,
  standingAfter,
  statusOf,
  usualPhases,
  usualSettings,
  type Counted,
  type Finding,
  type Limit,
} from '../src/health/index.ts'
import { readCases } from './read-cases.ts'
import { rolledBackByConversion, rolledBackByErrors } from './simulated-releases.ts'

type Pair = [of: number, count: number]
type Case = {
  name: string
  kind?: 'share' | 'count'
  limit: Limit
  baseline?: Pair
  pieces: Pair[]
  expected: Partial<Finding>
}

const counted = ([of, count]: Pair): Counted => ({ of, count })
const usual = { kind: 'share', baseline: null, minimumSample: 100, alpha: 0.001 } as const

for (const { name, cases } of readCases<Case>('health').groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ kind = 'share', limit, baseline, pieces, expected }) => {
      const judging = { ...usual, kind, baseline: baseline ? counted(baseline) : null }
      const found = judge(limit, pieces.map(counted), judging)
      expect(found).toMatchObject({
        ...expected,
        ...(expected.value && { value: expect.closeTo(expected.value, 10) }),
        ...(expected.limit && { limit: expect.closeTo(expected.limit, 10) }),
      })
    })
  })
}

const piece = fc
  .integer({ min: 0, max: 5000 })
  .chain((of) => fc.record({ of: fc.constant(of), count: fc.nat(of) }))
const pieces = fc.array(piece, { maxLength: 12 })
const rate = fc.double({ min: 0, max: 1, noNaN: true })
const side = fc.constantFrom('atLeast' as const, 'atMost' as const)

describe('a verdict', () => {
  test('to roll back is of enough, beyond the limit lately, and has a proof beyond it', () => {
    fc.assert(
      fc.property(pieces, rate, side, (all, limit, is) => {
        const { verdict, value, of, proof } = judge({ is, limit }, all, usual)
        if (verdict !== 'rollback') return
        const beyond = (found: number): boolean => (is === 'atMost' ? found > limit : found < limit)
        expect(of).toBeGreaterThanOrEqual(usual.minimumSample)
        expect(beyond(value!)).toBe(true)
        expect(beyond(proof!.bound)).toBe(true)
        expect(beyond(proof!.count / proof!.of)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('does not get milder when the same is seen ten times over', () => {
    fc.assert(
      fc.property(pieces, rate, side, (all, limit, is) => {
        const before = judge({ is, limit }, all, usual).verdict
        const more = all.map(({ of, count }) => ({ of: of * 10, count: count * 10 }))
        if (before === 'rollback')
          expect(judge({ is, limit }, more, { ...usual, minimumSample: 1000 }).verdict).toBe('rollback')
      }),
    )
  })

  test('is never health where nothing is known', () => {
    fc.assert(
      fc.property(pieces, side, (all, is) => {
        const limit = { is, limit: 1, of: 'baseline' } as const
        expect(judge(limit, all, usual).verdict).toBe('unknown')
        expect(judge({ is, limit: 0.5 }, all, { ...usual, minimumSample: 1e9 }).verdict).toBe('unknown')
      }),
    )
  })

  test('says why in words', () => {
    const found = judge({ is: 'atMost', limit: 0.05 }, [{ of: 1000, count: 300 }], usual)
    expect(found.reason).toMatch(/^30 % of 1000, limit 5 %; certainly at least 2\d\.?\d* % by 1000$/)
    const held = judge({ is: 'atLeast', limit: 0.5 }, [{ of: 100, count: 49 }], usual)
    expect(held.reason).toBe('49 % of 100, limit 50 %, which may be chance')
    expect(judge({ is: 'atMost', limit: 1 }, [{ of: 3, count: 3 }], usual).reason).toBe(
      '3 are too few: 100 are needed',
    )
  })
})

describe('an alert', () => {
  const hysteresis = { fireAfter: 2, clearAfter: 3 }
  const after = (...found: ('held' | 'broken' | 'unknown')[]): boolean =>
    found.reduce((standing, one) => standingAfter(standing, one, hysteresis), calm).firing
  const [h, b, u] = ['held', 'broken', 'unknown'] as const

  test.each([
    [[b], false],
    [[b, b], true],
    [[b, h, b], false],
    [[b, u, b], true],
    [[b, b, h, h], true],
    [[b, b, h, h, h], false],
    [[b, b, h, h, b, h, h], true],
    [[b, b, u, u, u, u], true],
    [[u, u, u], false],
    [[h, h, h], false],
  ])('after %j: firing %s', (found, firing) => {
    expect(after(...found)).toBe(firing)
  })
})

describe('what is done about a rule', () => {
  const on = { enabled: true, mode: 'on' } as const
  const open = { status: 'open', dryRun: false } as const
  const overruled = { status: 'overruled', dryRun: false } as const
  const dry = { status: 'open', dryRun: true } as const

  test.each([
    ['nothing, while all is well', 'healthy', null, on, 9, null],
    ['nothing, while it may be chance', 'hold', null, on, 0, null],
    ['nothing, while nothing is known', 'unknown', null, on, 0, null],
    ['it begins with the proof', 'rollback', null, on, 0, 'begin'],
    ['not while the flow is off', 'rollback', null, { ...on, enabled: false }, 0, null],
    ['not where nobody wants it', 'rollback', null, { ...on, mode: 'off' }, 0, null],
    ['a dry one begins as well', 'rollback', null, { ...on, mode: 'dry_run' }, 0, 'begin'],
    ['once', 'rollback', open, { ...on, enabled: false }, 0, null],
    ['a person has the last word', 'rollback', open, on, 0, 'overrule'],
    ['and keeps it', 'rollback', overruled, on, 0, null],
    ['also when little is known', 'unknown', overruled, on, 99, null],
    ['until it has been well for some time', 'healthy', overruled, on, 3, null],
    ['then it is over', 'healthy', overruled, on, 4, 'end'],
    ['over, too, while the flow is off', 'healthy', open, { ...on, enabled: false }, 4, 'end'],
    ['a dry one stays', 'rollback', dry, { ...on, mode: 'dry_run' }, 0, null],
    ['a dry one gives way to a real one', 'rollback', dry, on, 0, 'begin'],
    ['a dry one is over as well', 'healthy', dry, on, 4, 'end'],
  ] as const)('%s', (_, verdict, incident, flow, healthy, expected) => {
    expect(nextOfIncident(verdict, incident, flow, healthy, 4)).toBe(expected)
  })
})

describe('a limit', () => {
  const of = (value: number | null, n = 100) => ({ value, of: n })

  test.each([
    [{ is: 'atLeast', limit: 0.6 }, of(0.6), null, 'held'],
    [{ is: 'atLeast', limit: 0.6 }, of(0.59), null, 'broken'],
    [{ is: 'atMost', limit: 0 }, of(0), null, 'held'],
    [{ is: 'atMost', limit: 0.6 }, of(null), null, 'unknown'],
    [{ is: 'atMost', limit: 0.6 }, of(1, 99), null, 'unknown'],
    [{ is: 'atMost', limit: 0.8, of: 'baseline' }, of(80), of(100, 5), 'held'],
    [{ is: 'atMost', limit: 0.8, of: 'baseline' }, of(81), of(100, 5), 'broken'],
    [{ is: 'atMost', limit: 0.8, of: 'baseline' }, of(81), null, 'unknown'],
    [{ is: 'atMost', limit: 0.8, of: 'baseline' }, of(81), of(null), 'unknown'],
    [{ is: 'atLeast', limit: 1, of: 'baseline' }, of(0), of(0), 'held'],
  ] as const)('%j with %j against %j is %s', (limit, measured, baseline, expected) => {
    expect(isHeld(limit, measured, baseline, 100)).toBe(expected)
    const criterion = { metric: 'skipRate', ...limit } as const
    const outcome = { held: 'met', broken: 'not_met', unknown: 'unknown' }[expected]
    expect(measureCriterion(criterion, measured, baseline, 100).outcome).toBe(outcome)
  })
})

describe('the status of a metric', () => {
  const target = { is: 'atMost', limit: 0.05 } as const
  const rules = [
    { id: 'a', metric: 'apiErrorRate', is: 'atMost', limit: 0.1, severity: 'warning' },
    { id: 'b', metric: 'apiErrorRate', is: 'atMost', limit: 0.2, severity: 'critical' },
  ] as const

  test.each([
    [0.01, 100, 'healthy'],
    [0.07, 100, 'warning'],
    [0.11, 100, 'warning'],
    [0.21, 100, 'critical'],
    [0.21, 99, 'unknown'],
    [null, 100, 'unknown'],
  ] as const)('%d of %d: %s', (value, of, expected) => {
    expect(statusOf({ value, of }, null, target, rules, 100)).toBe(expected)
  })
})

test('whatever nobody set is as the design has it', () => {
  const inShort = ({ metric, is, limit, of }: Limit & { metric: string }) =>
    `${metric} ${is} ${limit}${of === undefined ? '' : ' of the baseline'}`
  expect(usualSettings.alerts.map((rule) => `${rule.severity}: ${inShort(rule)}`)).toEqual([
    'critical: d1ConversionRate atLeast 0.9 of the baseline',
    'warning: gatingBlockRate atMost 0.05',
    'critical: apiErrorRate atMost 0.01',
    'warning: modalAbandonmentRate atMost 0.5',
  ])
  expect(usualSettings.rollbacks.map(inShort)).toEqual([
    'apiErrorRate atMost 0.05',
    'd1ConversionRate atLeast 0.8 of the baseline',
    'supportTicketRate atMost 1.5 of the baseline',
  ])
  expect(usualPhases.map(({ criteria }) => criteria.map(inShort))).toEqual([
    [],
    [
      'd1ConversionRate atLeast 1 of the baseline',
      'skipRate atMost 0.4',
      'supportTicketRate atMost 1 of the baseline',
    ],
    [
      'd7ConversionRate atLeast 1 of the baseline',
      'timeToValue atMost 0.8 of the baseline',
      'gatingBlockRate atMost 0.05',
    ],
    ['completionRate atLeast 0.6', 'averageStepsCompleted atLeast 3'],
  ])
  expect(metricNames).toHaveLength(12)
  expect(Object.values(metrics).filter(({ target }) => target.of === 'baseline')).toHaveLength(4)
})

// The same in full size: proofs/health.proof.ts.
describe('watched four times a minute', () => {
  test('a release whose errors are near the limit is not rolled back; by a bare limit it would be', () => {
    const { after, plain } = rolledBackByErrors({
      runs: 50,
      seed: 1,
      minutes: 30,
      requests: 250,
      rate: 0.045,
    })
    expect(after).toEqual([])
    expect(plain).toBeGreaterThan(25)
  })

  test('a release with 8 % of errors is', () => {
    expect(
      rolledBackByErrors({ runs: 50, seed: 2, minutes: 10, requests: 1000, rate: 0.08 }).after,
    ).toHaveLength(50)
  })

  test('a release that halves the conversion is, one that leaves it is not', () => {
    const days = { runs: 20, days: 30, hourly: 10, baseline: 2000 }
    expect(rolledBackByConversion({ ...days, seed: 3, rates: [0.3, 0.15] })).toHaveLength(20)
    expect(rolledBackByConversion({ ...days, seed: 4, rates: [0.3, 0.3] })).toEqual([])
  })
})
