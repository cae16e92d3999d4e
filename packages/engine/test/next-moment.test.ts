import fc from 'fast-check'
import { expect, test } from 'vitest'
import { experimentsMet } from '../src/arm-config.ts'
import { compileExperiment, type ExperimentDocument } from '../src/assignment/experiment.ts'
import { catalogueOf, type Catalogue } from '../src/catalogue.ts'
import { situationOf } from '../src/decision.ts'
import { compileFlow, type StepDefinition } from '../src/flow.ts'
import { guideOf } from '../src/guide.ts'
import { lookThemselves } from '../src/look-themselves.ts'
import { nextMoment } from '../src/next-moment.ts'
import { nudgeOf, snooze, unsnooze } from '../src/nudge.ts'
import { stranger, type Person } from '../src/person.ts'

const start = Date.parse('2026-06-15T12:00:00Z')
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const iso = (ms: number): string => new Date(ms).toISOString()

type Shape = { from?: number; to?: number; stopAfterDays?: number; startsAt?: number; endsAt?: number }

const stepOf = (id: string, more: Partial<StepDefinition> = {}): StepDefinition => ({
  id,
  version: 1,
  title: id,
  required: true,
  weight: 1,
  scope: 'person',
  completion: 'claim',
  onVersionChange: 'keep',
  ...more,
})

/** Moments in hours from the start. */
const catalogueWith = ({ from, to, stopAfterDays = 30, startsAt, endsAt }: Shape): Catalogue => {
  const at = (hours: number): string => iso(start + hours * hourMs)
  const timed = stepOf('timed', {
    ...(from !== undefined && { activeFrom: at(from) }),
    ...(to !== undefined && { activeTo: at(to) }),
  })
  const flow = compileFlow(
    {
      name: 'shop',
      priority: 0,
      steps: [stepOf('logo', { required: false }), timed],
      gates: {},
      nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 100, stopAfterDays },
      plans: [],
    },
    1,
  )
  const document: ExperimentDocument = {
    id: 'x',
    name: 'X',
    flow: 'shop',
    unit: 'user',
    arms: [
      { id: 'a', config: { skipButtonText: 'A' } },
      { id: 'b', config: { skipButtonText: 'B' } },
    ],
    allocation: { a: 0, b: 100 },
    minimumSample: 1,
    ...(startsAt !== undefined && { startsAt: at(startsAt) }),
    ...(endsAt !== undefined && { endsAt: at(endsAt) }),
  }
  const experiments = startsAt === undefined && endsAt === undefined ? [] : [document]
  return catalogueOf(
    1,
    [{ flow, open: true }],
    experiments.map((one) => compileExperiment(one, 'running', 1)),
  )
}

/** All of what is read that the clock has a part in, and whether there is something to write. */
const readAt = (catalogue: Catalogue, person: Person, now: number) => {
  const looked = lookThemselves({ catalogue, now }, person)
  const [enrolment] = looked.person.enrolments
  const guide = guideOf(looked.flow!, enrolment!, situationOf(looked.person, now))
  return {
    writes: looked.person !== person,
    steps: guide.steps.map(({ id, status, locked }) => ({ id, status, locked })),
    nudge: nudgeOf(guide, now),
    experiments: experimentsMet({ catalogue, now }, looked.person).map(({ arm }) => arm.id),
  }
}

const looking = (catalogue: Catalogue, person: Person, now: number): Person =>
  lookThemselves({ catalogue, now }, person).person

const ada = (catalogue: Catalogue): Person => looking(catalogue, stranger('ada'), start)
const snoozing = (catalogue: Catalogue): Person =>
  snooze({ catalogue, now: start }, ada(catalogue), { until: start + 5 * hourMs }).person

test.each<[string, Shape, number, (catalogue: Catalogue) => Person]>([
  ['a step that becomes active', { from: 2 }, start + 2 * hourMs, ada],
  ['a step that is active no longer', { to: 2 }, start + 2 * hourMs, ada],
  ['the end of all reminders', { stopAfterDays: 3 }, start + 3 * dayMs, ada],
  ['an experiment that begins', { startsAt: 4 }, start + 4 * hourMs, ada],
  ['an experiment that ends', { endsAt: 4 }, start + 4 * hourMs, ada],
  ['a snooze that can no longer be undone', {}, start + 10_001, snoozing],
])('the next moment is that of %s', (_, shape, moment, personIn) => {
  const catalogue = catalogueWith(shape)
  const person = personIn(catalogue)
  expect(nextMoment({ catalogue, now: start }, person)).toBe(moment)
  expect(readAt(catalogue, person, moment - 1)).toEqual(readAt(catalogue, person, start))
  expect(readAt(catalogue, person, moment)).not.toEqual(readAt(catalogue, person, moment - 1))
})

test('a snooze that is over is the next moment after the one in which it could be undone', () => {
  const catalogue = catalogueWith({})
  const person = snoozing(catalogue)
  expect(nextMoment({ catalogue, now: start + 10_001 }, person)).toBe(start + 5 * hourMs)
})

test('after the last of them the clock changes nothing any more', () => {
  const catalogue = catalogueWith({})
  expect(nextMoment({ catalogue, now: start + 31 * dayMs }, ada(catalogue))).toBe(Infinity)
})

const hours = fc.option(fc.integer({ min: -3, max: 90 }), { nil: undefined })

test('until the next moment, whoever had nothing to write reads the same', () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          from: hours,
          to: hours,
          startsAt: hours,
          endsAt: hours,
          stopAfterDays: fc.integer({ min: 1, max: 4 }),
        },
        { noNullPrototype: true },
      ),
      fc.constantFrom('none', 'snooze', 'both'),
      fc.integer({ min: 0, max: 100 * hourMs }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (shape, done, later, share) => {
        const given = Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined))
        const catalogue = catalogueWith(given)
        const world = { catalogue, now: start + (later % 7) * 1000 }
        const snoozed = done === 'none' ? ada(catalogue) : snooze(world, ada(catalogue)).person
        const before =
          done === 'both' ? unsnooze({ ...world, now: world.now + 900 }, snoozed).person : snoozed
        const now = start + later
        const person = looking(catalogue, before, now)
        // What a second look would write is not kept.
        fc.pre(person.enrolments.length > 0 && looking(catalogue, person, now) === person)
        const next = nextMoment({ catalogue, now }, person)
        expect(next).toBeGreaterThan(now)
        const last = Math.min(next - 1, now + 40 * dayMs)
        const then = Math.floor(now + share * (last - now))
        const here = readAt(catalogue, person, now)
        for (const moment of [then, last]) expect(readAt(catalogue, person, moment)).toEqual(here)
      },
    ),
    { numRuns: 500 },
  )
})
