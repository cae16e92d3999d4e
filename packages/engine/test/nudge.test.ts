import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { situationOf, type Decision, type World } from '../src/decision.ts'
import { compileFlow, type Flow, type NudgeSettings } from '../src/flow.ts'
import { guideOf } from '../src/guide.ts'
import { dismissNudge, nudgeOf, snooze, unsnooze } from '../src/nudge.ts'
import type { Enrolment, EnrolmentStatus, Person, StepStatus } from '../src/person.ts'
import { look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

type Case = {
  name: string
  status?: EnrolmentStatus
  /** Each a step of its own. */
  steps?: StepStatus[]
  version?: number
  nudge?: Partial<NudgeSettings>
  startedDaysAgo?: number
  snoozeCount?: number
  snoozedUntil?: string | null
  dismissedIn?: number | null
  expected: boolean
}
const { defaults, groups } = readCases<Case>('nudge')
const now = Date.parse(defaults.now)
const dayMs = 86_400_000

const flowOf = (steps: number, version = 1, nudge: Partial<NudgeSettings> = {}): Flow => {
  const definitions = Array.from({ length: steps }, (_, n) => ({
    ...defaults.step,
    id: `s${n}`,
    title: `s${n}`,
  }))
  return compileFlow(
    { ...defaults.flow, steps: definitions, nudge: { ...defaults.flow.nudge, ...nudge } },
    version,
  )
}

const personIn = (enrolment: Partial<Enrolment>): Person => ({
  ...defaults.person,
  enrolments: [{ ...defaults.enrolment, startedAt: now, ...enrolment }],
})

const nudgeFor = (flow: Flow, person: Person, at = now) =>
  nudgeOf(guideOf(flow, person.enrolments[0]!, situationOf(person, at)), at)

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ steps = ['todo'], version = 1, nudge, expected, ...given }) => {
      const person = personIn({
        version,
        status: given.status ?? 'in_progress',
        startedAt: now - Math.round((given.startedDaysAgo ?? 0) * dayMs),
        snoozeCount: given.snoozeCount ?? 0,
        snoozedUntil: given.snoozedUntil == null ? null : Date.parse(given.snoozedUntil),
        nudgeDismissedIn: given.dismissedIn ?? null,
        steps: steps.map((status, n) => ({ ...defaults.state, stepId: `s${n}`, status })),
      })
      expect(nudgeFor(flowOf(steps.length, version, nudge), person).visible).toBe(expected)
    })
  })
}

const worldOf = (flow: Flow, at = now): World => ({
  catalogue: catalogueOf(1, [{ flow, open: true }]),
  now: at,
})
const flow = flowOf(3)
const world = worldOf(flow)
const settled = look(world, personIn({})).person
const types = ({ happenings }: Decision) => happenings.map(({ type }) => type)

describe('snooze', () => {
  test.each([
    ['absent: the whole snoozeDays', undefined, now + 7 * dayMs],
    ['sooner', now + 1, now + 1],
    ['later is shortened', now + 8 * dayMs, now + 7 * dayMs],
  ])('until %s', (_, until, expected) => {
    const decision = snooze(world, settled, { until })
    expect(decision.person.enrolments[0]).toMatchObject({
      snoozeCount: 1,
      snoozedUntil: expected,
      snoozedAt: now,
      snoozedUntilBefore: null,
    })
    expect(decision.happenings).toMatchObject([
      { type: 'onboarding.nudge_snoozed', data: { until: expected, snoozeCount: 1 } },
    ])
  })

  test.each([
    ['a moment that has passed', { until: now - 1 }, {}, 'snooze_past'],
    ['now', { until: now }, {}, 'snooze_past'],
    ['0, which is a time and not nothing', { until: 0 }, {}, 'snooze_past'],
    ['once too often', {}, { snoozeCount: 3 }, 'snooze_limit'],
    ['a step that is not there', { stepId: 'nothing' }, {}, 'step_not_found'],
    ['a flow that is not there', { flow: 'nothing' }, {}, 'flow_not_found'],
  ])('%s is refused and changes nothing', (_, asked, enrolment, code) => {
    const person = personIn(enrolment)
    const decision = snooze(world, person, asked)
    expect(decision).toMatchObject({ happenings: [], refusal: { code } })
    expect(decision.person).toBe(person)
  })

  test('whoever no flow lets in has nothing to snooze', () => {
    const nowhere = { catalogue: catalogueOf(1, []), now }
    expect(snooze(nowhere, defaults.person).refusal?.code).toBe('not_enrolled')
    expect(snooze(nowhere, defaults.person, { stepId: 's0' }).refusal?.code).toBe('step_not_found')
    expect(dismissNudge(nowhere, defaults.person).refusal?.code).toBe('not_enrolled')
  })
})

describe('unsnooze', () => {
  const asleep = snooze(world, settled).person

  test.each([
    ['at once', 0, undefined],
    ['at ten seconds', 10_000, undefined],
    ['a millisecond later', 10_001, 'unsnooze_late'],
    ['a day later', dayMs, 'unsnooze_late'],
    ['by a clock that is behind', -500, undefined],
  ])('%s', (_, afterMs, code) => {
    const decision = unsnooze(worldOf(flow, now + afterMs), asleep)
    expect(decision.refusal?.code).toBe(code)
    expect(nudgeFor(flow, asleep, now + afterMs).undoUntil).toBe(code ? null : now + 10_000)
    if (code) expect(decision.person).toBe(asleep)
    else {
      expect(decision.person.enrolments[0]).toEqual(settled.enrolments[0])
      expect(types(decision)).toEqual(['onboarding.nudge_unsnoozed'])
    }
  })

  test.each([
    ['never snoozed', {}],
    ['snoozed before this was kept', { snoozeCount: 1, snoozedUntil: now + dayMs }],
  ])('%s: nothing to undo', (_, enrolment) => {
    const person = look(world, personIn(enrolment)).person
    expect(unsnooze(world, person).refusal?.code).toBe('unsnooze_late')
    expect(nudgeFor(flow, person).undoUntil).toBeNull()
  })

  test('of two snoozes the last is undone, once', () => {
    const second = snooze(worldOf(flow, now + 1000), asleep, { until: now + 2 * dayMs }).person
    const awake = unsnooze(worldOf(flow, now + 2000), second).person
    expect(awake.enrolments[0]).toMatchObject({ snoozeCount: 1, snoozedUntil: now + 7 * dayMs })
    expect(unsnooze(worldOf(flow, now + 2000), awake).refusal?.code).toBe('unsnooze_late')
  })

  test('the count that it gives back can be used again', () => {
    const third = snooze(world, look(world, personIn({ snoozeCount: 2 })).person).person
    expect(snooze(world, third).refusal?.code).toBe('snooze_limit')
    expect(snooze(world, unsnooze(world, third).person).refusal).toBeUndefined()
  })
})

describe('dismissNudge', () => {
  const gone = dismissNudge(world, settled)

  test('puts it away and tells of it once', () => {
    expect(gone.person.enrolments[0]).toMatchObject({ nudgeDismissedAt: now, nudgeDismissedIn: 1 })
    expect(types(gone)).toEqual(['onboarding.nudge_dismissed'])
    const again = dismissNudge(worldOf(flow, now + 1000), gone.person)
    expect(again.person).toBe(gone.person)
    expect(again.happenings).toEqual([])
  })

  test('a newer version reminds again, until it is dismissed too; a rollback does not', () => {
    const second = flowOf(3, 2)
    const later = worldOf(second, now + 1000)
    const moved = look(later, gone.person).person
    expect(nudgeFor(second, moved, later.now).visible).toBe(true)
    const both = dismissNudge(later, moved).person
    expect(both.enrolments[0]).toMatchObject({ nudgeDismissedAt: later.now, nudgeDismissedIn: 2 })
    expect(nudgeFor(second, both, later.now).visible).toBe(false)
    const back = look(world, both).person
    expect(nudgeFor(flow, back).visible).toBe(false)
    expect(dismissNudge(world, back).person).toBe(back)
  })
})
