import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import type { World } from '../src/decision.ts'
import { applyEvent } from '../src/event.ts'
import { explain } from '../src/explain.ts'
import { explainGate } from '../src/explain-gate.ts'
import { compileFlow, type FlowDocument, type StepDefinition } from '../src/flow.ts'
import { checkGate } from '../src/gate.ts'
import type { Facts, Person } from '../src/person.ts'
import type { Policy } from '../src/publication.ts'
import { changeStep, look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

const { defaults } = readCases('remembered')
const now = Date.parse(defaults.now)

type Fragment = Partial<StepDefinition> & { id: string }

const flowOf = (
  steps: readonly Fragment[],
  version = 1,
  name = 'shop',
  gates: FlowDocument['gates'] = { publish: { steps: ['a'], critical: true } },
) =>
  compileFlow(
    {
      ...defaults.flow,
      name,
      gates,
      steps: steps.map((step) => ({ ...defaults.step, title: step.id, ...step })),
    },
    version,
  )

const worldOf = (...flows: ReturnType<typeof flowOf>[]): World => ({
  catalogue: catalogueOf(
    1,
    flows.map((flow) => ({ flow, open: true })),
  ),
  now,
})

/** Version 1, then version 2 with this policy. */
const published = (policy: Policy, ...[first, second]: [Fragment[], Fragment[]]): [World, World] => {
  const [one, two] = [flowOf(first), flowOf(second, 2)]
  const versions = new Map([one, two].map((flow) => [flow.version, flow]))
  const chain = [
    { id: 5, version: 1, policy: 'move' as const, reopen: false, at: now },
    { id: 8, version: 2, policy, reopen: false, at: now + 1 },
  ]
  const at = (count: number): World => ({
    catalogue: catalogueOf(count, [
      { flow: count === 1 ? one : two, open: true, versions, publications: chain.slice(0, count) },
    ]),
    now: now + count,
  })
  return [at(1), at(2)]
}

const personWith = (facts: Partial<Facts> = {}, rest: Partial<Person> = {}): Person => ({
  ...defaults.person,
  facts: { attributes: {}, ...facts },
  ...rest,
})

describe('what decides whether a step may be done', () => {
  const rows: { name: string; step: Partial<StepDefinition>; facts?: Partial<Facts>; rule: object }[] = [
    {
      name: 'restrictedTo',
      step: { restrictedTo: ['owner'] },
      facts: { role: 'staff' },
      rule: { holds: false, expected: ['owner'], found: 'staff' },
    },
    {
      name: 'restrictedTo',
      step: { restrictedTo: ['owner'] },
      rule: { holds: false, unknown: true, expected: ['owner'] },
    },
    { name: 'restrictedTo', step: {}, rule: { holds: true } },
    { name: 'dependsOn', step: { dependsOn: ['a'] }, rule: { holds: false, expected: ['a'], found: ['a'] } },
    { name: 'dependsOn', step: {}, rule: { holds: true, found: [] } },
    { name: 'completion', step: { completion: 'proof' }, rule: { holds: false, expected: 'proof' } },
    { name: 'completion', step: {}, rule: { holds: true, expected: 'claim' } },
    { name: 'remembered', step: { trigger: { event: 'sold' } }, rule: { holds: false, expected: 'sold' } },
    { name: 'remembered', step: {}, rule: { holds: false } },
  ]

  test.each(rows)('$name of $step with $facts', ({ name, step, facts, rule }) => {
    const world = worldOf(flowOf([{ id: 'a' }, { id: 'b', ...step }]))
    const { steps } = explain(world, look(world, personWith(facts)).person, null)
    expect(steps[1]?.settling.find((one) => one.rule === name)).toEqual({ rule: name, ...rule })
  })

  test('a remembered event is told with what it said and when', () => {
    const hidden = { id: 'b', trigger: { event: 'sold', where: { n: 1 } }, roles: ['owner'] }
    const world = worldOf(flowOf([{ id: 'a' }, hidden]))
    const { person } = applyEvent(world, look(world, personWith()).person, {
      name: 'sold',
      properties: { n: 1 },
    })
    const { steps } = explain(world, person, null)
    expect(steps[1]).toMatchObject({ visible: false, status: 'todo' })
    expect(steps[1]?.settling.at(-1)).toEqual({
      rule: 'remembered',
      holds: true,
      expected: 'sold',
      found: { at: now, properties: { n: 1 } },
    })
  })

  test('an unknown fact is told apart from one that does not fit', () => {
    const step = { id: 'b', markets: ['DE'], condition: { seats: { $gte: 2 } } }
    const world = worldOf(flowOf([{ id: 'a' }, step]))
    const unknownIn = (facts: Partial<Facts>) =>
      explain(world, look(world, personWith(facts)).person, null)
        .steps[1]?.rules.filter(({ unknown }) => unknown)
        .map(({ rule }) => rule)
    expect(unknownIn({})).toEqual(['markets', 'condition'])
    expect(unknownIn({ market: '', attributes: { seats: 0 } })).toEqual([])
    expect(unknownIn({ market: 'FR', attributes: { seats: null } })).toEqual([])
  })
})

describe('the version that a person is in', () => {
  test('is the one in force, with how it came to it', () => {
    const [before, after] = published('move', [{ id: 'a' }], [{ id: 'a' }, { id: 'b' }])
    const { person } = look(after, look(before, personWith()).person)
    expect(explain(after, person, null)).toMatchObject({
      flow: { version: 2 },
      enrolment: { versionInForce: 2, pinnedBy: null, publications: [{ version: 1 }, { version: 2 }] },
    })
  })

  test('is an older one, by the publication that pinned them', () => {
    const [before, after] = published('pin', [{ id: 'a' }], [{ id: 'b' }])
    const { person } = look(after, look(before, personWith()).person)
    expect(explain(after, person, null)).toMatchObject({
      flow: { version: 1 },
      enrolment: { versionInForce: 2, pinnedBy: { id: 8, version: 2, at: now + 1 } },
      steps: [{ id: 'a' }],
    })
  })
})

describe('why a gate lets pass or not', () => {
  const question = { gate: 'publish', route: '/publish' }
  const explained = (world: World, person: Person) =>
    explainGate(world, checkGate(world, person, question).person, question)

  test('names every enrolment and every step it asks for there', () => {
    const tour = flowOf([{ id: 'a', markets: ['DE'] }, { id: 't' }], 1, 'tour', {
      publish: { steps: ['a', 't'], critical: true },
    })
    const world = worldOf(flowOf([{ id: 'a' }]), tour)
    const { person } = look(world, look(world, personWith()).person, 'tour')
    const told = explained(world, person)
    expect(told).toEqual({
      gate: 'publish',
      allowed: false,
      missing: [
        { flow: 'shop', step: 'a' },
        { flow: 'tour', step: 't' },
      ],
      enrolments: [
        {
          flow: 'shop',
          version: 1,
          status: 'in_progress',
          steps: [{ id: 'a', visible: true, status: 'todo' }],
        },
        {
          flow: 'tour',
          version: 1,
          status: 'in_progress',
          steps: [
            { id: 'a', visible: false, status: null },
            { id: 't', visible: true, status: 'todo' },
          ],
        },
      ],
    })
  })

  test('holds who is pinned to what their version asks for', () => {
    const [before, after] = published('pin', [{ id: 'a' }], [{ id: 'b' }, { id: 'a' }])
    const { person } = changeStep(before, personWith(), {
      stepId: 'a',
      to: 'done',
      source: 'user',
      by: 'ada',
    })
    expect(explained(after, person)).toMatchObject({
      allowed: true,
      missing: [],
      enrolments: [{ version: 2, status: 'completed', steps: [{ id: 'a', visible: true, status: 'done' }] }],
    })
    expect(explained(after, look(before, personWith()).person)).toMatchObject({
      allowed: false,
      enrolments: [{ version: 1, steps: [{ id: 'a', visible: true, status: 'todo' }] }],
    })
  })
})
