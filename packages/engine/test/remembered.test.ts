import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { situationOf, type World } from '../src/decision.ts'
import { applyEvent } from '../src/event.ts'
import { updateFacts } from '../src/facts.ts'
import { compileFlow, type Flow, type StepDefinition } from '../src/flow.ts'
import { checkGate } from '../src/gate.ts'
import { guideOf } from '../src/guide.ts'
import type { Facts, Person } from '../src/person.ts'
import { changeStep, look, settleAll, settleProven } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

type Steps = (Partial<StepDefinition> & { id: string })[]
type Turn =
  | { flow: Steps }
  | { look: true }
  | { facts: Partial<Facts> }
  | { account: string }
  | { event: string; properties?: Record<string, unknown>; long?: number; minutesAgo?: number }
  | { settle: string; to: 'done' | 'skipped' }
type Case = {
  name: string
  turns: Turn[]
  expected: { done: string[]; remembered: (Record<string, unknown> | null)[] }
}

const { defaults, groups } = readCases<Case>('remembered')
const start = Date.parse(defaults.now)
const minuteMs = 60_000

const flowOf = (steps: Steps, version: number, name = defaults.flow.name): Flow => {
  const definitions = steps.map((step) => ({ ...defaults.step, title: step.id, ...step }))
  return compileFlow({ ...defaults.flow, name, steps: definitions }, version)
}

const worldAt = (minute: number, ...flows: Flow[]): World => ({
  now: start + minute * minuteMs,
  catalogue: catalogueOf(
    minute,
    flows.map((flow) => ({ flow, open: true })),
  ),
})

const doneIn = (world: World, person: Person): string[] =>
  person.enrolments.flatMap((enrolment) => {
    const { flow } = world.catalogue.flows.get(enrolment.flow)!
    return guideOf(flow, enrolment, situationOf(person, world.now))
      .steps.filter(({ status }) => status === 'done')
      .map(({ id }) => id)
  })

const take = (world: World, person: Person, turn: Turn): Person => {
  if ('look' in turn) return look(world, person).person
  if ('facts' in turn) return updateFacts(person, turn.facts)
  if ('account' in turn) return updateFacts(person, { account: turn.account })
  if ('settle' in turn)
    return changeStep(world, person, { stepId: turn.settle, to: turn.to, source: 'user', by: 'ada' }).person
  if ('flow' in turn) return person
  const { event: name, properties = {}, long, minutesAgo } = turn
  const at = minutesAgo === undefined ? undefined : world.now - minutesAgo * minuteMs
  const filled = long === undefined ? properties : { ...properties, long: 'x'.repeat(long) }
  return applyEvent(world, person, { name, properties: filled, at }).person
}

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ turns, expected }) => {
      let person = defaults.person
      let version = 0
      let flows: Flow[] = []
      for (const [minute, turn] of turns.entries()) {
        if ('flow' in turn) flows = [flowOf(turn.flow, ++version)]
        person = take(worldAt(minute, ...flows), person, turn)
      }
      const world = worldAt(turns.length, ...flows)
      const seen = look(world, person).person
      const remembered = seen.remembered.map(({ properties }) => properties)
      expect({ done: doneIn(world, seen), remembered }).toEqual(expected)
    })
  })
}

const connect = { id: 'connect', trigger: { event: 'e', metadata: { n: '$.n' } } }
const event = { name: 'e', properties: { n: 1 } }

describe('what is remembered', () => {
  const before = worldAt(0, flowOf([{ id: 'a', trigger: { event: 'e' } }], 1))
  const after = worldAt(1, flowOf([{ id: 'a', trigger: { event: 'e' } }, connect], 2))
  const early = applyEvent(before, look(before, defaults.person).person, event).person

  test('completes as proof of the person’s own, now, with its metadata', () => {
    const { person, happenings } = look(after, early)
    const row = person.enrolments[0]?.steps.find(({ stepId }) => stepId === 'connect')
    expect(row).toMatchObject({
      status: 'done',
      source: 'event',
      settledBy: 'ada',
      settledAt: after.now,
      metadata: { n: 1 },
    })
    expect(happenings.map(({ type }) => type)).toEqual([
      'onboarding.moved',
      'onboarding.offered',
      'onboarding.reached',
      'onboarding.step_completed',
    ])
  })

  test('lets the person pass a gate that nobody has read for them', () => {
    const { missing, person } = checkGate(after, early, { steps: ['connect'], route: '/' })
    expect(missing).toEqual([])
    expect(doneIn(after, person)).toEqual(['a', 'connect'])
    const newcomer = applyEvent(after, defaults.person, event).person
    expect(checkGate(after, newcomer, { steps: ['connect'], route: '/' }).missing).toEqual([])
  })

  test('counts in every flow that the person is in', () => {
    const [shop, tour] = [flowOf([{ id: 's' }], 1), flowOf([{ id: 't' }], 1, 'tour')]
    const other = flowOf([{ ...connect, id: 'o' }], 1, 'zother')
    const world = worldAt(0, shop, tour, other)
    const both = look(
      world,
      look(world, applyEvent(world, defaults.person, event).person).person,
      'tour',
    ).person
    const steps = [{ ...connect, id: 's' }]
    const later = worldAt(1, flowOf(steps, 2), flowOf([{ ...connect, id: 't' }], 2, 'tour'), other)
    for (const settle of [settleProven, settleAll])
      expect(doneIn(later, settle(later, both).person).toSorted()).toEqual(['s', 't'])
  })

  test('settles once: whoever reads again finds nothing to change', () => {
    const { person } = look(after, early)
    expect(look(after, person)).toMatchObject({ person, happenings: [] })
    expect(look(after, person).person).toBe(person)
    expect(settleProven(after, person).person).toBe(person)
  })

  test('of a member does the account’s step for the other member', () => {
    const world = worldAt(0, flowOf([{ ...connect, scope: 'account' }], 1))
    const ada = applyEvent(world, { ...defaults.person, accountId: 'acme' }, event).person
    const { person, happenings } = look(world, ada)
    expect(happenings.find(({ type }) => type === 'onboarding.step_completed')?.accountId).toBe('acme')
    const bob = { ...defaults.person, userId: 'bob', accountId: 'acme', accountFlows: person.accountFlows }
    expect(doneIn(world, look(world, bob).person)).toEqual(['connect'])
  })

  test('never grows beyond the triggers, however many events come', () => {
    const steps = [1, 2, 3].map((n) => ({ id: `s${n}`, trigger: { event: 'e', where: { n } } }))
    const world = worldAt(0, flowOf(steps, 1))
    const events = fc.array(fc.record({ n: fc.integer({ min: -1, max: 5 }), m: fc.nat() }), { maxLength: 40 })
    fc.assert(
      fc.property(events, (all) => {
        const person = all.reduce(
          (known, properties) => applyEvent(world, known, { name: 'e', properties }).person,
          defaults.person,
        )
        const proven = steps.filter((_, index) => all.some(({ n }) => n === index + 1)).map(({ id }) => id)
        expect(person.remembered.length).toBeLessThanOrEqual(4)
        expect(doneIn(world, look(world, person).person)).toEqual(proven)
      }),
      { seed: 20261121, numRuns: 200 },
    )
  })
})

/** What may come in any order, once the first version has named the events. */
const things = {
  'event e': { event: 'e', properties: { n: 0 } },
  'event e with n': { event: 'e', properties: { n: 1 } },
  'event f': { event: 'f' },
  enrol: { look: true },
  'publish the steps': {
    flow: [
      { id: 'a', trigger: { event: 'e' } },
      { id: 'b', trigger: { event: 'e', where: { n: 1 } } },
      { id: 'c', trigger: { event: 'f' }, roles: ['owner'], dependsOn: ['a'] },
      { id: 'd', trigger: { event: 'never' } },
    ],
  },
  read: { look: true },
  'become owner': { facts: { role: 'owner' } },
} as const satisfies Record<string, object>

test('any order of events, enrolment, publishing the steps, facts and reading ends with the same steps done', () => {
  const first = [
    { id: 'z', trigger: { event: 'e', where: { n: 1 } } },
    { id: 'y', trigger: { event: 'f' } },
  ]
  const orders = fc.shuffledSubarray(Object.keys(things) as (keyof typeof things)[], {
    minLength: Object.keys(things).length,
  })
  fc.assert(
    fc.property(orders, (order) => {
      let flows = [flowOf(first, 1)]
      let person = defaults.person
      for (const [minute, name] of order.entries()) {
        const turn = things[name] as unknown as Turn
        if ('flow' in turn) flows = [flowOf([...turn.flow, ...first], 2)]
        person = take(worldAt(minute, ...flows), person, turn)
      }
      const world = worldAt(order.length, ...flows)
      expect(doneIn(world, look(world, person).person)).toEqual(['a', 'b', 'c', 'z', 'y'])
    }),
    { seed: 20261121, numRuns: 1000 },
  )
})
