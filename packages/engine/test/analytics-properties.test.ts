import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countsOf } from '../src/analytics/counts.ts'
import { foldTold } from '../src/analytics/fold.ts'
import { difference, negated, sumCounts } from '../src/analytics/sum-counts.ts'
import { emptyTally, type Count, type Tally, type Told } from '../src/analytics/tally.ts'
import { isValueEvent } from '../src/observe.ts'
import { figuresByHand, figuresOf } from './figures-by-hand.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.parse('2026-03-01T12:00:00.000Z')
const iso = (at: number): string => new Date(at).toISOString()

/** What happens, as the second argument; the moment at which it is told, as the clock of that process has it. */
type Move = (at: number) => Omit<Told, 'isActivation'>

/** Step a is the activation step of the first version, step b of the second. */
const inVersion = (told: Omit<Told, 'isActivation'>): Told => ({
  ...told,
  isActivation: told.stepId === (told.version === 1 ? 'a' : 'b'),
})

const flow = fc.constantFrom('shop', 'shop', 'shop', 'tour')
const step = fc.constantFrom('a', 'a', 'a', 'b', 'c')
const about = fc.record({ flow, version: fc.constantFrom(1, 2) })
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined })
const known = (data: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))

const enrols = fc
  .record({
    about,
    arm: maybe(fc.constantFrom('x', 'y')),
    facts: maybe(
      fc.record({ market: maybe(fc.constantFrom('fr', 'de', 'a@b')), plan: maybe(fc.constant('pro')) }),
    ),
    signedUp: maybe(fc.constantFrom(-9 * day, -day, -hour, -1, 0, minute, day)),
    started: maybe(fc.constantFrom(-40 * day, -7 * day, -day)),
  })
  .map(({ about, arm, facts, signedUp, started }): Move => (at) => ({
    type: 'onboarding.enrolled',
    ...about,
    stepId: null,
    at,
    data: known({
      arm,
      facts: facts && known(facts),
      signedUpAt: signedUp === undefined ? undefined : iso(at + signedUp),
      ...(started !== undefined && { source: 'import', startedAt: iso(at + started) }),
    }),
  }))

const offers = fc
  .record({ about, steps: fc.uniqueArray(step, { minLength: 1 }) })
  .map(({ about, steps }): Move => (at) => ({
    type: 'onboarding.offered',
    ...about,
    stepId: null,
    at,
    data: { steps },
  }))

const ofStep = fc
  .record({
    about,
    stepId: step,
    type: fc.constantFrom(
      'reached',
      'step_completed',
      'step_completed',
      'step_completed',
      'step_skipped',
      'step_reset',
      'step_started',
    ),
    source: fc.constantFrom('user', 'event', 'api', 'migration'),
  })
  .map(({ about, stepId, type, source }): Move => (at) => ({
    type: `onboarding.${type}`,
    ...about,
    stepId,
    at,
    data: { source },
  }))

/** Long before anything else. */
const imports = fc
  .record({
    about,
    stepId: step,
    type: fc.constantFrom('step_completed', 'step_skipped'),
    daysAgo: fc.integer({ min: 300, max: 303 }),
  })
  .map(({ about, stepId, type, daysAgo }): Move => (at) => ({
    type: `onboarding.${type}`,
    ...about,
    stepId,
    at,
    data: { source: 'import', settledAt: iso(start - daysAgo * day) },
  }))

/** Settled by somebody else, or in a version that is back. */
const shares = fc
  .record({
    about,
    stepId: step,
    type: fc.constantFrom('step_shared', 'step_restored'),
    status: fc.constantFrom('done', 'skipped'),
    ago: fc.constantFrom(0, minute, 15 * minute),
  })
  .map(({ about, stepId, type, status, ago }): Move => (at) => ({
    type: `onboarding.${type}`,
    ...about,
    stepId,
    at,
    data: { stepVersion: 1, status, settledAt: iso(at - ago) },
  }))

const ofFlow = fc
  .record({
    about,
    type: fc.constantFrom(
      'completed',
      'completed',
      'skipped',
      'resumed',
      'reopened',
      'moved',
      'viewed',
      'nudge_shown',
      'nudge_snoozed',
      'nudge_unsnoozed',
      'nudge_dismissed',
    ),
    back: maybe(fc.constantFrom(1, hour, 3 * day)),
  })
  .map(({ about, type, back }): Move => (at) => ({
    type: `onboarding.${type}`,
    ...about,
    stepId: null,
    at,
    data: known({ completedAt: type === 'completed' && back !== undefined ? iso(at - back) : undefined }),
  }))

const blocks = fc.record({ about, stepId: step }).map(({ about, stepId }): Move => (at) => ({
  type: 'gating.blocked',
  ...about,
  stepId,
  at,
  data: { route: '/' },
}))

/** They may be told late by any time. */
const values = fc
  .record({
    type: fc.constantFrom('m.sale', 'm.refund'),
    late: fc.constantFrom(0, 0, minute, 5 * hour, day, 6 * day, 8 * day),
  })
  .map(({ type, late }): Move => (at) => ({
    type,
    flow: null,
    version: null,
    stepId: null,
    at: at - late,
    data: {},
  }))

const move = fc.oneof(
  { arbitrary: enrols, weight: 2 },
  { arbitrary: offers, weight: 2 },
  { arbitrary: ofStep, weight: 8 },
  { arbitrary: imports, weight: 1 },
  { arbitrary: shares, weight: 1 },
  { arbitrary: ofFlow, weight: 5 },
  { arbitrary: blocks, weight: 5 },
  { arbitrary: values, weight: 4 },
)
const wait = fc.constantFrom(
  0,
  0,
  1,
  minute,
  10 * minute,
  30 * minute,
  hour - 1,
  hour,
  5 * hour,
  day,
  6 * day,
)
/** Clocks of several processes do not agree. */
const skew = fc.constantFrom(0, 0, 0, -20 * minute, -1, 1, 20 * minute)

const history = fc
  .record({
    enrols,
    moves: fc.array(fc.record({ move, wait, skew }), { maxLength: 40 }),
    early: fc.boolean(),
  })
  .map(({ enrols, moves, early }): Told[] => {
    let clock = start
    const told = moves.map(({ move, wait, skew }) => {
      clock += wait
      return inVersion(move(clock + skew))
    })
    return early ? told : [inVersion(enrols(start)), ...told]
  })
const people = fc.array(history, { maxLength: 6 })

/** The tally travels through the database between two pages. */
const stored = (tally: Tally): Tally => JSON.parse(JSON.stringify(tally)) as Tally

const countsOfPages = (pages: readonly (readonly Told[])[]): Count[] => {
  let tally = emptyTally
  const counts: Count[] = []
  for (const page of pages) {
    const before = countsOf(tally)
    for (const told of page) {
      const folded = foldTold(tally, told)
      tally = folded.tally
      counts.push(...folded.counts)
    }
    counts.push(...difference(before, countsOf(tally)))
    tally = stored(tally)
  }
  return sumCounts(counts)
}

const countsIn = (all: readonly (readonly Told[])[]): Count[] =>
  sumCounts(all.flatMap((told) => countsOfPages([told])))

test('the sums are what asking all histories gives', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(people, (all) => {
      const figures = figuresOf(countsIn(all))
      expect(figures).toEqual(figuresByHand(all))
      for (const name of Object.keys(figures)) seen.add(name.replace(/ .*: /, ' '))
    }),
    { numRuns: 1000 },
  )
  expect([...seen].sort()).toEqual([
    'block blocked',
    'block recovered',
    'duration people',
    'journey completed',
    'journey enrolled',
    'journey signedUp',
    'journey skipped',
    'nudge dismissed',
    'nudge shown',
    'nudge snoozed',
    'return people',
    'step done',
    'step inOrder',
    'step offered',
    'step reached',
    'step skipped',
    'value onDay1',
    'value onDay7',
    'value people',
    'value withinDay',
    'value withinWeek',
  ])
})

test('of any number of attempts each is recovered, or is not', () => {
  const told = (type: string, after: number): Told =>
    inVersion({ type, flow: 'shop', version: 1, stepId: 'a', at: start + after, data: {} })
  const minutes = fc.integer({ min: 0, max: 150 }).map((after) => after * minute)
  const tries = fc
    .record({ minutes, seconds: fc.constantFrom(0, 15, 30, 45), count: fc.integer({ min: 1, max: 20 }) })
    .map(({ minutes, seconds, count }) =>
      Array.from({ length: count }, () => told('gating.blocked', minutes + seconds * 1000)),
    )
  // At the end of a minute: that many are kept by the minute changes nothing.
  const dones = minutes.map((after) => told('onboarding.step_completed', after + minute - 1))
  const many = fc
    .record({
      tries: fc.array(tries, { minLength: 200, maxLength: 300 }),
      dones: fc.array(dones, { minLength: 1, maxLength: 3 }),
    })
    .map(({ tries, dones }) => [...tries.flat(), ...dones].sort((a, b) => a.at - b.at))
  fc.assert(
    fc.property(many, (all) => {
      const history = [told('onboarding.enrolled', 0), ...all]
      expect(figuresOf(countsIn([history]))).toEqual(figuresByHand([history]))
    }),
    { numRuns: 50 },
  )
})

test('page by page comes to the same as at once', () => {
  const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 6 })
  fc.assert(
    fc.property(history, cuts, (told, at) => {
      const ends = [...at.toSorted((a, b) => a - b), told.length]
      const pages = ends.map((end, index) => told.slice(ends[index - 1] ?? 0, end))
      expect(figuresOf(countsOfPages(pages))).toEqual(figuresOf(countsOfPages([told])))
    }),
    { numRuns: 500 },
  )
})

test('in which order events of value are heard of changes nothing', () => {
  const shuffled = history.chain((told) => {
    const events = told.filter(({ type }) => isValueEvent(type))
    return fc.shuffledSubarray(events, { minLength: events.length }).map((other) => {
      const places = told.flatMap(({ type }, index) => (isValueEvent(type) ? [index] : []))
      return { told, other: told.map((one, index) => other[places.indexOf(index)] ?? one) }
    })
  })
  fc.assert(
    fc.property(shuffled, ({ told, other }) => {
      expect(figuresOf(countsOfPages([other]))).toEqual(figuresOf(countsOfPages([told])))
    }),
    { numRuns: 500 },
  )
})

test('what is told twice in a row stands there once', () => {
  const foldAll = (all: readonly Told[]): Count[] =>
    countsOf(all.reduce((tally, told) => foldTold(tally, told).tally, emptyTally))
  fc.assert(
    fc.property(history, (told) => {
      expect(foldAll(told.flatMap((one) => [one, one]))).toEqual(foldAll(told))
    }),
    { numRuns: 500 },
  )
})

test('whoever is taken out takes all of their counts along', () => {
  fc.assert(
    fc.property(people, history, (others, told) => {
      const left = [...countsIn([...others, told]), ...negated(countsIn([told]))]
      expect(figuresOf(sumCounts(left))).toEqual(figuresOf(countsIn(others)))
      expect(sumCounts([...countsIn([told]), ...negated(countsIn([told]))])).toEqual([])
    }),
    { numRuns: 200 },
  )
})
