import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import type { World } from '../src/decision.ts'
import { explain, type ExplainedStep } from '../src/explain.ts'
import { compileFlow, type Flow, type StepDefinition } from '../src/flow.ts'
import { stranger, type Facts, type Person } from '../src/person.ts'
import { changeStep, look } from '../src/verbs.ts'
import { isVisible, visibilityRules } from '../src/visibility.ts'
import { situationOf } from '../src/decision.ts'

const now = Date.parse('2026-06-15T12:00:00Z')

const flowWith = (...steps: (Partial<StepDefinition> & { id: string })[]): Flow =>
  compileFlow(
    {
      name: 'shop',
      priority: 0,
      gates: {},
      nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 80, stopAfterDays: 28 },
      plans: ['free', 'team'],
      steps: steps.map((step) => ({
        version: 1,
        title: step.id,
        required: false,
        weight: 1,
        scope: 'person',
        completion: 'claim',
        onVersionChange: 'keep',
        ...step,
      })),
    },
    3,
  )

const worldOf = (...flows: Flow[]): World => ({
  catalogue: catalogueOf(
    1,
    flows.map((flow) => ({ flow, open: true })),
  ),
  now,
})

const personWith = (facts: Partial<Facts>, rest: Partial<Person> = {}): Person => ({
  ...stranger('ada'),
  facts: { attributes: {}, ...facts },
  ...rest,
})

const explained = (flow: Flow, person: Person) => {
  const world = worldOf(flow)
  return explain(world, look(world, person).person, flow)
}

const rule = (step: ExplainedStep | undefined, name: string) => step?.rules.find((one) => one.rule === name)

describe('each rule and what decided it', () => {
  const rows: { name: string; step: Partial<StepDefinition>; facts: Partial<Facts>; rule: object }[] = [
    {
      name: 'activeFrom',
      step: { activeFrom: '2026-07-01T00:00:00Z' },
      facts: {},
      rule: { holds: false, expected: '2026-07-01T00:00:00Z', found: now },
    },
    {
      name: 'activeTo',
      step: { activeTo: '2026-07-01T00:00:00Z' },
      facts: {},
      rule: { holds: true, expected: '2026-07-01T00:00:00Z', found: now },
    },
    {
      name: 'markets',
      step: { markets: ['DE'] },
      facts: { market: 'FR' },
      rule: { holds: false, expected: ['DE'], found: 'FR' },
    },
    {
      name: 'markets',
      step: { markets: ['DE'] },
      facts: { market: '' },
      rule: { holds: false, expected: ['DE'], found: '' },
    },
    {
      name: 'roles',
      step: { roles: ['owner'] },
      facts: { role: 'owner' },
      rule: { holds: true, expected: ['owner'], found: 'owner' },
    },
    {
      name: 'requiredPlan',
      step: { requiredPlan: 'team' },
      facts: { plan: 'free' },
      rule: { holds: false, expected: 'team', found: 'free' },
    },
    { name: 'account', step: { scope: 'account' }, facts: {}, rule: { holds: false, expected: 'account' } },
    { name: 'required', step: { required: true }, facts: {}, rule: { holds: true, expected: true } },
    {
      name: 'required',
      step: { required: { plan: 'team' } },
      facts: { plan: 'free' },
      rule: { holds: false, clauses: [{ path: 'plan', found: 'free', holds: false }] },
    },
    {
      name: 'condition',
      step: { condition: { seats: { $gte: 2 } } },
      facts: { attributes: { seats: 0 } },
      rule: {
        holds: false,
        clauses: [{ path: 'seats', operator: '$gte', expected: 2, found: 0, holds: false }],
      },
    },
    {
      name: 'condition',
      step: { condition: { seats: { $gte: 2 } } },
      facts: {},
      rule: { holds: false, clauses: [{ result: 'unknown', holds: false }] },
    },
  ]

  test.each(rows)('$name of $step with $facts', ({ name, step, facts, rule: expected }) => {
    const { steps } = explained(flowWith({ id: 'first' }, { id: 'asked', ...step }), personWith(facts))
    expect(rule(steps[1], name)).toMatchObject(expected)
  })

  test.each(['markets', 'roles', 'requiredPlan', 'account'])('%s: an unknown fact is not found', (name) => {
    const step = {
      id: 'a',
      markets: ['DE'],
      roles: ['owner'],
      requiredPlan: 'team',
      scope: 'account',
    } as const
    const { steps } = explained(flowWith({ id: 'first' }, step), personWith({}))
    expect(rule(steps[1], name)).toMatchObject({ holds: false })
    expect(rule(steps[1], name)?.found).toBeUndefined()
  })
})

test('a step is visible exactly when all its rules but `required` hold', () => {
  const flow = flowWith(
    { id: 'a' },
    { id: 'b', markets: ['DE'], required: true },
    { id: 'c', roles: ['owner'], condition: { seats: 0 } },
    { id: 'd', scope: 'account' },
  )
  for (const person of [
    personWith({}),
    personWith({ market: 'DE' }),
    personWith({ role: 'owner', attributes: { seats: 0 } }),
    personWith({}, { accountId: 'acme' }),
  ]) {
    for (const [index, step] of explained(flow, person).steps.entries()) {
      const holds = step.rules.filter(({ rule: name }) => name !== 'required').every((one) => one.holds)
      expect(step.visible).toBe(holds)
      expect(step.visible).toBe(isVisible(flow.steps[index]!, situationOf(person, now)))
      expect(step.rules.map(({ rule: name }) => name)).toEqual([
        ...visibilityRules.map(({ name }) => name),
        'required',
      ])
    }
  }
})

test('a hidden step keeps the status it has', () => {
  const flow = flowWith({ id: 'a', markets: ['DE'] }, { id: 'b' })
  const world = worldOf(flow)
  const german = personWith({ market: 'DE' })
  const { person } = changeStep(world, german, { stepId: 'a', to: 'done', source: 'user', by: 'ada' })
  const moved = { ...person, facts: { ...person.facts, market: 'FR' } }
  expect(
    explain(world, moved, flow).steps.map(({ id, visible, status }) => ({ id, visible, status })),
  ).toEqual([
    { id: 'a', visible: false, status: 'done' },
    { id: 'b', visible: true, status: 'todo' },
  ])
})

test('a skipped step that is required now is todo', () => {
  const flow = flowWith({ id: 'a', required: { plan: 'team' } }, { id: 'b' })
  const world = worldOf(flow)
  const { person } = changeStep(world, personWith({}), {
    stepId: 'a',
    to: 'skipped',
    source: 'user',
    by: 'ada',
  })
  expect(explain(world, person, flow).steps[0]).toMatchObject({ required: false, status: 'skipped' })
  const upgraded = { ...person, facts: { ...person.facts, plan: 'team' } }
  expect(explain(world, upgraded, flow).steps[0]).toMatchObject({ required: true, status: 'todo' })
})

test("an account's step has the status that the account has", () => {
  const flow = flowWith({ id: 'a', scope: 'account' })
  const world = worldOf(flow)
  const ada = personWith({}, { accountId: 'acme' })
  const { person } = changeStep(world, ada, { stepId: 'a', to: 'done', source: 'user', by: 'ada' })
  const bob = look(world, { ...ada, userId: 'bob', accountFlows: person.accountFlows }).person
  expect(explain(world, bob, flow).steps[0]).toMatchObject({ visible: true, status: 'done' })
})

test('names the flow and its version; without an enrolment there is nothing to explain', () => {
  const flow = flowWith({ id: 'a' })
  expect(explained(flow, personWith({})).flow).toEqual({ name: 'shop', version: 3 })
  expect(explain(worldOf(flow), personWith({}), flow)).toEqual({ flow: null, steps: [] })
  expect(explain(worldOf(flow), personWith({}), null)).toEqual({ flow: null, steps: [] })
})

test('without a flow named it is the one that a plain read shows', () => {
  const flow = flowWith({ id: 'a' })
  const world = worldOf(flow)
  expect(explain(world, look(world, personWith({})).person, null).flow?.name).toBe('shop')
})
