import { describe, expect, test } from 'vitest'
import { binMiddleMs, durationBin } from '../src/analytics/bins.ts'
import { countsOf } from '../src/analytics/counts.ts'
import { foldTold } from '../src/analytics/fold.ts'
import { difference, negated, sumCounts } from '../src/analytics/sum-counts.ts'
import { emptyTally, type Count, type Told } from '../src/analytics/tally.ts'
import { figuresOf } from './figures-by-hand.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.parse('2026-03-01T12:00:00.000Z')
const iso = (at: number): string => new Date(at).toISOString()

type Data = Told['data']
type Say = (after: number, type: string, stepId?: string, data?: Data) => Told

/** Times are after noon, 1 March 2026. */
const inFlow =
  (flow: string | null, version: number | null): Say =>
  (after, type, stepId, data = {}) => ({
    type,
    flow,
    version,
    stepId: stepId ?? null,
    isActivation: false,
    data,
    at: start + after,
  })
const shop = inFlow('shop', 1)
const tour = inFlow('tour', 3)
const nowhere = inFlow(null, null)
const enrolled = (data: Data = {}): Told => shop(0, 'onboarding.enrolled', undefined, data)
const offered = (...steps: string[]): Told => shop(0, 'onboarding.offered', undefined, { steps })
const done = (after: number, stepId: string, data: Data = {}): Told =>
  shop(after, 'onboarding.step_completed', stepId, data)
const activating = (told: Told): Told => ({ ...told, isActivation: true })
const sale = (after: number): Told => nowhere(after, 'm.sale')

const foldAll = (history: readonly Told[]) => {
  let tally = emptyTally
  const counts: Count[] = []
  for (const told of history) {
    const folded = foldTold(tally, told)
    tally = folded.tally
    counts.push(...folded.counts)
  }
  return { tally, counts }
}

/** The figures of a kind, of the flow ('' is the person as a whole), without the hour where it is that of noon. */
const figuresFor = (of: Count['of'], flow: string, history: readonly Told[]): Record<string, number> => {
  const { tally, counts } = foldAll(history)
  const rows = sumCounts([...countsOf(tally), ...counts]).filter(
    (count) => count.of === of && count.segment.flow === flow,
  )
  return Object.fromEntries(
    Object.entries(figuresOf(rows)).map(([name, number]) => {
      const [, own, begins, column] = /^\S+ ?(.*?) ?of .* at (\d+): (.*)$/.exec(name)!
      const late = Number(begins) - Math.floor(start / hour)
      return [[...(own ? [own] : []), column, ...(late === 0 ? [] : [`at ${late}`])].join(' '), number]
    }),
  )
}

type Row = readonly [name: string, history: Told[], expected: Record<string, number>]

const each = (ids: string, column: string): Record<string, number> =>
  Object.fromEntries(ids.split('').map((id) => [`${id} ${column}`, 1]))

describe('a step', () => {
  test.each<Row>([
    ['is offered', [offered('a', 'b')], { 'a offered': 1, 'b offered': 1 }],
    ['is reached', [offered('a'), shop(0, 'onboarding.reached', 'a')], { 'a offered': 1, 'a reached': 1 }],
    [
      'done was offered and reached',
      [done(1, 'a')],
      { 'a offered': 1, 'a reached': 1, 'a done': 1, 'a inOrder': 1 },
    ],
    [
      'that somebody else did is done',
      [shop(1, 'onboarding.step_shared', 'a')],
      { 'a offered': 1, 'a reached': 1, 'a done': 1, 'a inOrder': 1 },
    ],
    [
      'that somebody else skipped is skipped',
      [shop(1, 'onboarding.step_shared', 'a', { status: 'skipped' })],
      { 'a offered': 1, 'a reached': 1, 'a skipped': 1 },
    ],
    [
      'skipped was offered and reached',
      [shop(1, 'onboarding.step_skipped', 'a')],
      { 'a offered': 1, 'a reached': 1, 'a skipped': 1 },
    ],
    [
      'skipped, then done, is done only',
      [shop(1, 'onboarding.step_skipped', 'a'), done(2, 'a')],
      { 'a offered': 1, 'a reached': 1, 'a done': 1, 'a inOrder': 1 },
    ],
    [
      'reset is todo, and was reached',
      [done(1, 'a'), shop(2, 'onboarding.step_reset', 'a')],
      { 'a offered': 1, 'a reached': 1 },
    ],
    [
      'restored by going back to an older version is as it was',
      [
        ...['a', 'b'].flatMap((id) => [done(1, id), shop(2, 'onboarding.step_reset', id)]),
        shop(3, 'onboarding.step_restored', 'a', { status: 'done', settledAt: new Date(1).toISOString() }),
        shop(3, 'onboarding.step_restored', 'b', { status: 'skipped' }),
      ],
      {
        ...each('ab', 'offered'),
        ...each('ab', 'reached'),
        'a done': 1,
        'a inOrder': 1,
        'b skipped': 1,
      },
    ],
    [
      'in the order in which they were shown: up to the first that was not',
      [offered('a', 'b', 'c', 'd'), done(1, 'a'), done(1, 'b'), done(3, 'd'), done(4, 'c')],
      {
        ...each('abcd', 'offered'),
        ...each('abcd', 'reached'),
        ...each('abcd', 'done'),
        ...each('abc', 'inOrder'),
      },
    ],
    [
      'that stopped somebody before it was shown comes after those that were',
      [shop(0, 'gating.blocked', 'b'), offered('a', 'b'), done(1, 'a')],
      { 'a offered': 1, 'b offered': 1, 'a reached': 1, 'a done': 1, 'a inOrder': 1 },
    ],
    ['that was never shown is none', [shop(0, 'gating.blocked', 'b')], {}],
    ['of a flow that nobody entered is none', [inFlow('other', 1)(0, 'onboarding.reached', 'a')], {}],
    [
      'stays where the person entered',
      [inFlow('shop', 2)(9 * day, 'onboarding.reached', 'a')],
      { 'a offered': 1, 'a reached': 1 },
    ],
  ])('%s', (_, history, expected) => {
    expect(figuresFor('step', 'shop', [enrolled(), ...history])).toEqual(expected)
    expect(figuresFor('step', '', [enrolled(), ...history])).toEqual({})
  })

  test('was done in order by when it was done, not by when that was told', () => {
    const imported = (stepId: string, daysAgo: number): Told =>
      done(0, stepId, { source: 'import', settledAt: iso(start - daysAgo * day) })
    const history = [enrolled(), offered('a', 'b'), imported('b', 1), imported('a', 2)]
    expect(figuresFor('step', 'shop', history)).toMatchObject({ 'a inOrder': 1, 'b inOrder': 1 })
    const other = [enrolled(), offered('a', 'b'), imported('b', 2), imported('a', 1)]
    expect(figuresFor('step', 'shop', other)).not.toHaveProperty('b inOrder')
  })
})

describe('a journey', () => {
  const both = { enrolled: 1, signedUp: 1 }
  test.each<Row>([
    ['begins where the person enters', [], both],
    ['is completed', [shop(1, 'onboarding.completed')], { ...both, completed: 1 }],
    ['is skipped', [shop(1, 'onboarding.skipped')], { ...both, skipped: 1 }],
    ['is taken up again', [shop(1, 'onboarding.skipped'), shop(2, 'onboarding.resumed')], both],
    [
      'completed although skipped is completed',
      [shop(1, 'onboarding.skipped'), shop(2, 'onboarding.completed')],
      { ...both, completed: 1 },
    ],
    [
      'that is completed has nothing to resume',
      [shop(1, 'onboarding.completed'), shop(2, 'onboarding.resumed')],
      { ...both, completed: 1 },
    ],
    [
      'is reopened',
      [shop(1, 'onboarding.completed'), shop(2, 'onboarding.reopened', undefined, { completedAt: start })],
      both,
    ],
    ['is begun once', [enrolled({ arm: 'x' })], both],
  ])('%s', (_, history, expected) => {
    expect(figuresFor('journey', 'shop', [enrolled(), ...history])).toEqual(expected)
    expect(figuresFor('journey', '', [enrolled(), ...history])).toEqual(both)
  })

  test.each<[string, Data, Record<string, number>]>([
    [
      'in the hour of signing up',
      { signedUpAt: iso(start - 3 * hour) },
      { enrolled: 1, 'signedUp at -3': 1 },
    ],
    [
      'when it was begun elsewhere',
      { source: 'import', startedAt: iso(start - day) },
      { 'enrolled at -24': 1, 'signedUp at -24': 1 },
    ],
    [
      'when they entered if they are said to have signed up later',
      { signedUpAt: iso(start + day) },
      { enrolled: 1, signedUp: 1 },
    ],
    ['now if the time told is none', { signedUpAt: 'soon', startedAt: null }, { enrolled: 1, signedUp: 1 }],
  ])('stands %s', (_, data, expected) => {
    expect(figuresFor('journey', 'shop', [enrolled(data)])).toEqual(expected)
    expect(figuresFor('journey', '', [enrolled(data)])).toEqual(expected)
  })

  test('counts for whom the person was when they entered, the person as a whole for whom they were at first', () => {
    const facts = { market: 'fr', plan: 'pro', role: 'owner', locale: 'fr-FR' }
    const { tally } = foldAll([
      enrolled({ facts, arm: 'x' }),
      tour(day, 'onboarding.enrolled', undefined, { facts: { market: 'de', role: 7 }, arm: null }),
    ])
    const unknown = { arm: '', market: '', plan: '', role: '', locale: '' }
    expect(tally.journeys.map(({ segment }) => segment)).toEqual([
      { flow: '', version: 0, arm: '', ...facts },
      { flow: 'shop', version: 1, arm: 'x', ...facts },
      { ...unknown, flow: 'tour', version: 3, market: 'de' },
    ])
  })

  test('of a second flow counts from the same signing up', () => {
    const history = [
      enrolled(),
      tour(3 * day, 'onboarding.enrolled', undefined, { signedUpAt: iso(start - day) }),
    ]
    expect(figuresFor('journey', 'tour', history)).toEqual({ 'enrolled at 72': 1, signedUp: 1 })
    expect(figuresFor('return', 'tour', history)).toEqual({ '0 people': 1, '3 people': 1 })
  })
})

describe('a time', () => {
  const bin = (name: string, ms: number): Record<string, number> => ({
    [`${name} ${durationBin(ms)} people`]: 1,
  })
  test.each<Row>([
    ['to complete', [shop(hour, 'onboarding.completed')], bin('complete', hour)],
    [
      'to complete elsewhere',
      [shop(day, 'onboarding.completed', undefined, { completedAt: iso(start + hour) })],
      bin('complete', hour),
    ],
    [
      'is none while the flow is open again',
      [shop(hour, 'onboarding.completed'), shop(day, 'onboarding.reopened')],
      {},
    ],
    ['to activation', [activating(done(hour, 'a'))], bin('activation', hour)],
    [
      'to the first activation',
      [activating(done(hour, 'a')), activating(done(day, 'b'))],
      bin('activation', hour),
    ],
    [
      'to an activation that was reset',
      [activating(done(hour, 'a')), activating(shop(day, 'onboarding.step_reset', 'a'))],
      bin('activation', hour),
    ],
    [
      'to an activation that somebody else did',
      [activating(shop(day, 'onboarding.step_shared', 'a', { settledAt: iso(start + hour) }))],
      bin('activation', hour),
    ],
    [
      'to an activation that is done again in an older version',
      [
        activating(
          shop(day, 'onboarding.step_restored', 'a', { status: 'done', settledAt: iso(start + hour) }),
        ),
      ],
      bin('activation', hour),
    ],
    [
      'is none to an activation that is skipped',
      [
        activating(shop(hour, 'onboarding.step_skipped', 'a')),
        activating(shop(hour, 'onboarding.step_shared', 'a', { status: 'skipped' })),
        activating(shop(hour, 'onboarding.step_restored', 'a', { status: 'skipped' })),
      ],
      {},
    ],
    ['is none to an activation that is reached', [activating(shop(hour, 'onboarding.reached', 'a'))], {}],
    ['is none to other steps', [done(hour, 'a', { activation: true })], {}],
    ['to the first event, although it is heard of late', [sale(day), sale(hour)], bin('event:m.sale', hour)],
    ['to an event of before is none at all', [sale(-day)], bin('event:m.sale', 0)],
  ])('%s', (_, history, expected) => {
    expect(figuresFor('duration', 'shop', [enrolled(), ...history])).toEqual(expected)
    const events = Object.entries(expected).filter(([name]) => name.startsWith('event:'))
    expect(figuresFor('duration', '', [enrolled(), ...history])).toEqual(Object.fromEntries(events))
  })

  test('to activation and to events is measured from signing up, and stands in that hour', () => {
    const history = [enrolled({ signedUpAt: iso(start - 2 * hour) }), activating(done(0, 'a')), sale(hour)]
    expect(figuresFor('duration', 'shop', history)).toEqual({
      [`activation ${durationBin(2 * hour)} people at -2`]: 1,
      [`event:m.sale ${durationBin(3 * hour)} people at -2`]: 1,
    })
  })
})

describe('an event of value', () => {
  const did = (...columns: string[]) =>
    Object.fromEntries(['people', ...columns].map((name) => [`m.sale ${name}`, 1]))
  test.each<[string, number[], Record<string, number>]>([
    ['before signing up', [-day], did('withinDay', 'withinWeek')],
    ['at the end of the first day, which is the second', [day], did('withinDay', 'withinWeek', 'onDay1')],
    ['just after the first day', [day + 1], did('withinWeek', 'onDay1')],
    ['at the end of the second day', [2 * day - 1], did('withinWeek', 'onDay1')],
    ['after the second day', [2 * day], did('withinWeek')],
    ['at the end of the week', [7 * day], did('withinWeek', 'onDay7')],
    ['just after the week', [7 * day + 1], did('onDay7')],
    ['after the eighth day', [8 * day], did()],
    ['again and again', [8 * day, 7 * day, day, 0, 0], did('withinDay', 'withinWeek', 'onDay1', 'onDay7')],
  ])('%s', (_, times, expected) => {
    for (const history of [
      [enrolled(), ...times.map(sale)],
      // Whoever enters a flow only afterwards.
      [...times.map(sale), enrolled()],
    ]) {
      expect(figuresFor('value', 'shop', history)).toEqual(expected)
      expect(figuresFor('value', '', history)).toEqual(expected)
    }
  })

  test.each([
    'onboarding.other',
    'gating.other',
    'experiment.exposed',
    'feature.rollback',
    'undotted',
    'constructor',
  ])('is not called %s', (type) => {
    const before = foldAll([enrolled()])
    expect(foldAll([enrolled(), nowhere(day, type)])).toEqual(before)
  })

  test('of nobody who entered a flow counts nothing', () => {
    expect(countsOf(foldAll([sale(0), nowhere(1, 'onboarding.viewed')]).tally)).toEqual([])
  })
})

describe('a day on which somebody came', () => {
  const daysOf = (...history: Told[]): readonly number[] =>
    foldAll([enrolled({ source: 'import' }), ...history]).tally.days

  test.each([
    ['onboarding.viewed', true],
    ['onboarding.step_started', true],
    ['onboarding.step_completed', true],
    ['onboarding.step_skipped', true],
    ['onboarding.nudge_snoozed', true],
    ['onboarding.nudge_unsnoozed', true],
    ['onboarding.nudge_dismissed', true],
    ['onboarding.skipped', true],
    ['onboarding.resumed', true],
    ['gating.blocked', true],
    ['m.sale', true],
    ['onboarding.offered', false],
    ['onboarding.reached', false],
    ['onboarding.step_shared', false],
    ['onboarding.step_reset', false],
    ['onboarding.step_restored', false],
    ['onboarding.moved', false],
    ['onboarding.completed', false],
    ['onboarding.reopened', false],
    ['onboarding.nudge_shown', false],
  ])('by %s: %s', (type, counts) => {
    expect(daysOf(shop(5 * day, type, 'a', { source: 'user' }))).toEqual(counts ? [5] : [])
  })

  test('is not that of an import', () => {
    expect(
      daysOf(done(5 * day, 'a', { source: 'import' }), done(6 * day, 'a', { source: 'migration' })),
    ).toEqual([])
    expect(foldAll([enrolled()]).tally.days).toEqual([0])
  })

  test('is one of the first 31, of 24 hours each', () => {
    const at = [-1, 0, day - 1, day, 30 * day, 31 * day - 1, 31 * day, 3 * day]
    expect(daysOf(...at.map(sale))).toEqual([0, 1, 3, 30])
    expect(figuresFor('return', 'shop', [enrolled(), sale(2 * day)])).toEqual({
      '0 people': 1,
      '2 people': 1,
    })
  })
})

describe('a reminder', () => {
  test.each(['shown', 'snoozed', 'dismissed'])('that was %s counts in the hour in which it was', (what) => {
    const type = `onboarding.nudge_${what}`
    const history = [enrolled(), shop(0, type), shop(5 * hour, type), shop(5 * hour, type)]
    expect(figuresFor('nudge', 'shop', history)).toEqual({ [what]: 1, [`${what} at 5`]: 2 })
    expect(figuresFor('nudge', '', history)).toEqual({})
  })
})

describe('an attempt that a gate stopped', () => {
  const blocked = (after: number): Told => shop(after, 'gating.blocked', 'a')
  test.each<Row>([
    ['is counted', [blocked(0), blocked(0)], { 'a blocked': 2 }],
    ['is recovered within the hour', [blocked(0), done(hour - 1, 'a')], { 'a blocked': 1, 'a recovered': 1 }],
    ['is not recovered after an hour', [blocked(0), done(hour, 'a')], { 'a blocked': 1 }],
    ['is not recovered at the same moment', [blocked(0), done(0, 'a')], { 'a blocked': 1 }],
    ['is recovered once', [blocked(0), done(1, 'a'), done(2, 'a')], { 'a blocked': 1, 'a recovered': 1 }],
    [
      'is recovered with all others',
      [blocked(0), blocked(1), blocked(1), done(2, 'a')],
      { 'a blocked': 3, 'a recovered': 3 },
    ],
    [
      'stands in its own hour',
      [blocked(hour - 1), blocked(hour), done(hour + 1, 'a')],
      { 'a blocked': 1, 'a recovered': 1, 'a blocked at 1': 1, 'a recovered at 1': 1 },
    ],
    [
      'is recovered by what somebody else did',
      [blocked(0), shop(1, 'onboarding.step_shared', 'a')],
      { 'a blocked': 1, 'a recovered': 1 },
    ],
    [
      'is recovered by when that was done',
      [blocked(0), shop(day, 'onboarding.step_shared', 'a', { settledAt: iso(start + 1) })],
      { 'a blocked': 1, 'a recovered': 1 },
    ],
    ['is not recovered by a skip', [blocked(0), shop(1, 'onboarding.step_skipped', 'a')], { 'a blocked': 1 }],
    ['is not recovered by another step', [blocked(0), done(1, 'b')], { 'a blocked': 1 }],
    [
      'is not recovered in another flow',
      [blocked(0), tour(1, 'onboarding.step_completed', 'a')],
      { 'a blocked': 1 },
    ],
    [
      'is recovered although it is heard of late',
      [done(hour - 1, 'a'), blocked(0)],
      { 'a blocked': 1, 'a recovered': 1 },
    ],
    [
      'is recovered although its step is to do again',
      [done(1, 'a'), shop(2, 'onboarding.step_reset', 'a'), blocked(0)],
      { 'a blocked': 1, 'a recovered': 1 },
    ],
    [
      'is recovered although an hour of others is heard of first',
      [blocked(0), blocked(2 * hour - 2), done(hour - 1, 'a')],
      { 'a blocked': 1, 'a recovered': 1, 'a blocked at 1': 1 },
    ],
  ])('%s', (_, history, expected) => {
    const all = [enrolled(), tour(0, 'onboarding.enrolled'), ...history]
    expect(figuresFor('block', 'shop', all)).toEqual(expected)
    expect(figuresFor('block', '', all)).toEqual({})
  })

  test('for want of no known step is counted nowhere', () => {
    expect(figuresFor('block', 'shop', [enrolled(), shop(0, 'gating.blocked')])).toEqual({})
  })
})

describe('a fact', () => {
  test.each([
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), ''],
    ['ann@shop.test', ''],
    [7, ''],
  ])('%s is counted as "%s"', (given, counted) => {
    const facts = { market: given, plan: given, role: given, locale: given }
    const { segment } = foldAll([enrolled({ facts })]).tally.journeys[1]!
    expect(segment).toMatchObject({ market: counted, plan: counted, role: counted, locale: counted })
  })
})

describe('whatever is sent, a tally stays small', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => index)

  test('100 steps', () => {
    const history = many(150).map((n) => shop(n, 'onboarding.reached', `s${n}`))
    expect(foldAll([enrolled(), ...history]).tally.journeys[1]!.steps).toHaveLength(100)
  })

  const attemptsIn = (history: readonly Told[]) =>
    foldAll([enrolled(), ...history]).tally.journeys[1]!.steps[0]!.blockedAt

  test('attempts by the millisecond while they are few, else by the minute, and all are recovered', () => {
    const few = many(180).map((n) => shop(n % 60, 'gating.blocked', 'a'))
    expect(attemptsIn(few)).toEqual(many(60).map((n) => [start + n, 3]))
    const attempts = many(3000).map((n) => shop(n * 50, 'gating.blocked', 'a'))
    const kept = attemptsIn(attempts)
    expect(kept.length).toBeLessThanOrEqual(61)
    expect(kept.reduce((sum, [, count]) => sum + count, 0)).toBe(3000)
    expect(figuresFor('block', 'shop', [enrolled(), ...attempts, done(5 * minute, 'a')])).toEqual({
      'a blocked': 3000,
      'a recovered': 3000,
    })
  })

  test('attempts of the last two hours, by the minute, and none of before', () => {
    const attempts = many(3 * 360).map((n) => shop(n * 10_000, 'gating.blocked', 'a'))
    expect(attemptsIn(attempts).length).toBeLessThanOrEqual(121)
    const { tally } = foldAll([enrolled(), ...attempts, done(3 * hour, 'a')])
    const [, journey] = foldTold(tally, shop(6 * hour, 'gating.blocked', 'a')).tally.journeys
    expect(journey!.steps[0]).toMatchObject({ blockedAt: [[start + 6 * hour, 1]], doneAt: [] })
  })

  test('50 events of value by name', () => {
    const history = many(80).map((n) => nowhere(n, `m.e${n}`))
    expect(foldAll([enrolled(), ...history]).tally.values).toHaveLength(50)
  })

  test('100 doings of before the first enrolment: the earliest', () => {
    const history = many(300).map((n) => nowhere(300 - n, 'm.sale'))
    const { waiting } = foldAll([...history, ...history]).tally
    expect(waiting).toEqual(many(100).map((n) => ({ event: 'm.sale', at: start + n + 1 })))
  })
})

describe('rows of counts', () => {
  const rows = countsOf(foldAll([enrolled(), offered('a', 'b'), done(1, 'a'), sale(1)]).tally)

  test('add up by what tells them apart', () => {
    const sums = sumCounts([...rows, ...rows])
    expect(sums).toHaveLength(rows.length)
    expect(figuresOf(sums)).toEqual(
      Object.fromEntries(Object.entries(figuresOf(rows)).map(([name, number]) => [name, 2 * number])),
    )
  })

  test('taken back leave nothing', () => {
    expect(sumCounts([...rows, ...negated(rows)])).toEqual([])
    expect(difference(rows, rows)).toEqual([])
    expect(difference([], rows)).toEqual(rows)
    expect(difference(rows, [])).toEqual(negated(rows))
  })

  test('that stay are not told again', () => {
    const after = countsOf(
      foldAll([enrolled(), offered('a', 'b'), done(1, 'a'), sale(1), done(2, 'b')]).tally,
    )
    expect(difference(rows, after)).toMatchObject([
      { of: 'step', stepId: 'b', offered: 0, reached: 1, done: 1, skipped: 0, inOrder: 1 },
    ])
  })
})

describe('bins', () => {
  test.each([
    [-1, 0],
    [0, 0],
    [1, 0],
    [1.02, 1],
    [hour, 1517],
    [365 * day, 2429],
  ])('%s ms are in bin %s', (ms, bin) => {
    expect(durationBin(ms)).toBe(bin)
  })

  test('tell a time to half a percent, over a hundred years', () => {
    for (let ms = 1; ms < 36_525 * day; ms = Math.ceil(ms * 1.003)) {
      const read = binMiddleMs(durationBin(ms))
      expect(Math.abs(read / ms - 1)).toBeLessThan(0.00501)
    }
    expect(durationBin(36_525 * day)).toBeLessThan(32_768)
  })
})
