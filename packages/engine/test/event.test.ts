import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import type { Condition } from '../src/condition/condition.ts'
import { applyEvent } from '../src/event.ts'
import { compileFlow, type FlowDocument, type StepDefinition } from '../src/flow.ts'
import { stranger, type Enrolment, type Person } from '../src/person.ts'
import { changeStep, look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

const { defaults } = readCases('completion')
const now = Date.parse(defaults.now)

type Steps = (Partial<StepDefinition> & { id: string })[]
type Written = Omit<Partial<FlowDocument>, 'steps'> & { steps: Steps; version?: number; open?: boolean }

const worldOf = (...flows: Written[]) => ({
  now,
  catalogue: catalogueOf(
    1,
    flows.map(({ steps, version = 1, open = true, ...flow }) => {
      const definitions = steps.map((step) => ({ ...defaults.step, title: step.id, ...step }))
      return { open, flow: compileFlow({ ...defaults.flow, ...flow, steps: definitions }, version) }
    }),
  ),
})

const ada = stranger('ada')
/** In the flow that is theirs, with nothing done. */
const enrolledIn = (world: ReturnType<typeof worldOf>, person = ada): Person => look(world, person).person
const created = { name: 'integration.created', properties: {} }
const connect = { id: 'connect', trigger: { event: 'integration.created' } }

const stepIn = ({ enrolments, accountFlows }: Person, id: string) =>
  [...accountFlows, ...enrolments].flatMap(({ steps }) => steps).find(({ stepId }) => stepId === id)
const completed = (happenings: readonly { type: string; stepId: string | null }[]) =>
  happenings.filter(({ type }) => type === 'onboarding.step_completed').map(({ stepId }) => stepId)

describe('where, over the properties', () => {
  const nested = JSON.parse('{"__proto__": {"n": 1}, "a": {"b": {"c": "deep"}}, "list": [{"n": 1}]}')
  test.each<[where: Condition | undefined, properties: Record<string, unknown>, fits: boolean]>([
    [undefined, {}, true],
    [{}, {}, true],
    [{ n: 0 }, { n: 0 }, true],
    [{ n: 0 }, { n: '' }, false],
    [{ n: 0 }, { n: false }, false],
    [{ n: 0 }, { n: null }, false],
    [{ n: 0 }, {}, false],
    [{ n: 0 }, { n: '0' }, false],
    [{ n: '' }, { n: '' }, true],
    [{ n: '' }, { n: 0 }, false],
    [{ n: '' }, {}, false],
    [{ n: false }, { n: false }, true],
    [{ n: false }, { n: 0 }, false],
    [{ n: false }, { n: null }, false],
    [{ n: false }, {}, false],
    [{ n: null }, { n: null }, true],
    [{ n: null }, {}, true],
    [{ n: null }, { n: 0 }, false],
    [{ n: { $gt: -5 } }, { n: 0 }, true],
    [{ n: { $gt: -5 } }, {}, false],
    [{ n: { $exists: false } }, {}, true],
    [{ n: { $exists: true } }, { n: false }, true],
    [{ 'a.b.c': 'deep' }, nested, true],
    [{ 'list.0.n': 1 }, nested, false],
    [{ 'constructor.name': 'Object' }, {}, false],
    [{ role: 'owner' }, {}, false],
  ])('%j of %j: %j', (where, properties, fits) => {
    const world = worldOf({ steps: [{ id: 'a', trigger: { event: 'e', where } }] })
    const owner = { ...ada, facts: { role: 'owner', attributes: {} } }
    const decision = applyEvent(world, enrolledIn(world, owner), { name: 'e', properties })
    expect(completed(decision.happenings)).toEqual(fits ? ['a'] : [])
    if (!fits) expect(decision.happenings).toEqual([])
  })
})

describe('metadata, mapped from the properties', () => {
  test.each<[path: string, properties: string, metadata: unknown]>([
    ['$.n', '{"n": 0}', { m: 0 }],
    ['$.n', '{"n": ""}', { m: '' }],
    ['$.n', '{"n": false}', { m: false }],
    ['$.n', '{"n": null}', { m: null }],
    ['$.n', '{}', null],
    ['$.a.b', '{"a": {"b": [1, 2]}}', { m: [1, 2] }],
    ['$.a.b', '{"a": "text"}', null],
    ['$.a.b', '{"a": null}', null],
    ['$.a.0', '{"a": ["first"]}', null],
    ['$.a.length', '{"a": "text"}', null],
    ['$.__proto__', '{}', null],
    ['$.__proto__.n', '{"n": 1}', null],
    ['$.constructor.name', '{}', null],
    ['$.toString', '{}', null],
    ['$.n', `{"n": "${'x'.repeat(20_000)}"}`, null],
  ])('%s of %s', (path, properties, metadata) => {
    const world = worldOf({ steps: [{ id: 'a', trigger: { event: 'e', metadata: { m: path } } }] })
    const event = { name: 'e', properties: JSON.parse(properties) }
    const { person, happenings } = applyEvent(world, enrolledIn(world), event)
    expect(stepIn(person, 'a')).toMatchObject({ status: 'done', metadata })
    const data = happenings.find(({ type }) => type === 'onboarding.step_completed')?.data
    expect(data?.['metadata'] ?? null).toEqual(metadata)
  })

  test('many names for one large property stay within 16 KB', () => {
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`m${n}`, '$.large']))
    const world = worldOf({ steps: [{ id: 'a', trigger: { event: 'e', metadata } }] })
    const event = { name: 'e', properties: { large: 'x'.repeat(5000) } }
    const { person } = applyEvent(world, enrolledIn(world), event)
    expect(Object.keys(stepIn(person, 'a')?.metadata ?? {})).toEqual(['m0', 'm1', 'm2'])
  })
})

describe('an event', () => {
  test('proves: neither dependencies nor roles nor "proof" stand against it', () => {
    const steps: Steps = [
      { id: 'first' },
      { ...connect, dependsOn: ['first'], restrictedTo: ['owner'], completion: 'proof' },
    ]
    const world = worldOf({ steps })
    const { person, happenings } = applyEvent(world, enrolledIn(world), created)
    expect(stepIn(person, 'connect')).toMatchObject({
      status: 'done',
      source: 'event',
      settledBy: 'ada',
      settledAt: now,
    })
    expect(stepIn(person, 'first')?.status).toBe('todo')
    expect(happenings.map(({ type }) => type)).toEqual(['onboarding.step_completed', 'onboarding.reached'])
  })

  test('completes every step that waits for it, and with them the flow, once', () => {
    const steps = [connect, { ...connect, id: 'other' }, { id: 'third', trigger: { event: 'other.event' } }]
    const required = steps.slice(0, 2).map((step) => ({ ...step, required: true }))
    const world = worldOf({ steps: [...required, steps[2]!] })
    const { person, happenings } = applyEvent(world, enrolledIn(world), created)
    expect(completed(happenings)).toEqual(['connect', 'other'])
    expect(happenings.filter(({ type }) => type === 'onboarding.completed')).toHaveLength(1)
    expect(person.enrolments[0]?.status).toBe('completed')
  })

  test('reaches all flows that the person is in, and enrols them in no other', () => {
    const flows: Written[] = ['one', 'two', 'three'].map((name) => ({ name, steps: [connect] }))
    const world = worldOf(...flows)
    const both = look(world, look(world, ada, 'one').person, 'two').person
    const { person, happenings } = applyEvent(world, both, created)
    expect(happenings.filter(({ stepId }) => stepId).map(({ flow, type }) => [flow, type])).toEqual([
      ['one', 'onboarding.step_completed'],
      ['two', 'onboarding.step_completed'],
    ])
    expect(person.enrolments.map(({ flow }) => flow).toSorted()).toEqual(['one', 'two'])
  })

  test('a later one changes nothing, and keeps the first one’s metadata', () => {
    const trigger = { event: 'e', metadata: { n: '$.n' } }
    const world = worldOf({ steps: [{ id: 'a', trigger }] })
    const first = applyEvent(world, enrolledIn(world), { name: 'e', properties: { n: 1 } }).person
    const later = applyEvent({ ...world, now: now + 1 }, first, { name: 'e', properties: { n: 2 } })
    expect(later).toEqual({ person: first, happenings: [] })
    expect(later.person).toBe(first)
    expect(stepIn(first, 'a')?.metadata).toEqual({ n: 1 })
  })

  test('does what the person skipped, also in a flow they put aside or that lets nobody in any more', () => {
    const world = worldOf({ steps: [connect, { id: 'b', required: true }], open: false })
    const aside: Enrolment = { ...defaults.enrolment, status: 'skipped', skippedAt: now }
    const enrolled = { ...ada, enrolments: [aside] }
    const skip = { stepId: 'connect', to: 'skipped', source: 'user', by: 'ada' } as const
    const skipped = changeStep(world, enrolled, skip).person
    expect(stepIn(skipped, 'connect')?.status).toBe('skipped')
    const { person } = applyEvent(world, skipped, created)
    expect(stepIn(person, 'connect')?.status).toBe('done')
    expect(person.enrolments[0]?.status).toBe('skipped')
  })

  test('does an account’s step for the account', () => {
    const world = worldOf({ steps: [{ ...connect, scope: 'account' }] })
    const member = { ...ada, accountId: 'acme' }
    const { person, happenings } = applyEvent(world, enrolledIn(world, member), created)
    expect(person.accountFlows[0]?.steps[0]).toMatchObject({ status: 'done', settledBy: 'ada' })
    expect(happenings.find(({ stepId, type }) => stepId && type.endsWith('completed'))?.accountId).toBe(
      'acme',
    )
  })

  test('moves the person to the version in force only if it completes something there', () => {
    const world = worldOf({ version: 2, steps: [connect] })
    const enrolled = { ...ada, enrolments: [defaults.enrolment] }
    expect(applyEvent(world, enrolled, { ...created, name: 'unknown' }).person).toBe(enrolled)
    const moved = applyEvent(world, enrolled, created)
    expect(moved.happenings[0]?.type).toBe('onboarding.moved')
    expect(moved.person.enrolments[0]?.version).toBe(2)
  })

  test.each<[string, Written[]]>([
    ['of somebody who is in no flow yet', [{ steps: [connect] }]],
    ['for a step that the person does not see', [{ steps: [{ ...connect, roles: ['owner'] }] }]],
    ['for an account’s step, of a person without one', [{ steps: [{ ...connect, scope: 'account' }] }]],
    ['for a step not active yet', [{ steps: [{ ...connect, activeFrom: '2999-01-01T00:00:00Z' }] }]],
    ['of somebody whom no flow lets in', [{ steps: [connect], audience: { plan: 'team' } }]],
    ['when a flow takes no new people', [{ steps: [connect], open: false }]],
  ])('%s enrols nobody, and is remembered', (_, flows) => {
    const { person, happenings } = applyEvent(worldOf(...flows), ada, created)
    expect(happenings).toEqual([])
    expect(person).toEqual({ ...ada, remembered: [{ ...created, at: now }] })
  })

  test.each<[string, Written[]]>([
    ['that no trigger names', [{ steps: [{ id: 'a', trigger: { event: 'other' } }] }]],
    ['when no flow is published', []],
  ])('%s changes nothing', (_, flows) => {
    const decision = applyEvent(worldOf(...flows), ada, created)
    expect(decision).toEqual({ person: ada, happenings: [] })
    expect(decision.person).toBe(ada)
  })

  test('named as Object’s own parts are finds nothing', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(applyEvent(worldOf({ steps: [connect] }), ada, { ...created, name }).person).toBe(ada)
  })
})
