import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import type { World } from '../src/decision.ts'
import { applyEvent } from '../src/event.ts'
import { compileFlow, type StepDefinition } from '../src/flow.ts'
import { giveConsent, isValueEvent, observe } from '../src/observe.ts'
import type { Person } from '../src/person.ts'
import { look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

const { defaults } = readCases('completion')
const now = Date.parse(defaults.now)

const worldOf = (steps: (Partial<StepDefinition> & { id: string })[]): World => {
  const definitions = steps.map((step) => ({ ...defaults.step, title: step.id, ...step }))
  const flow = compileFlow({ ...defaults.flow, steps: definitions }, 1)
  return { now, catalogue: catalogueOf(1, [{ flow, open: true }]) }
}
const world = worldOf([
  { id: 'a' },
  { id: 'b', trigger: { event: 'merchant.previewed_store' } },
  { id: 'hidden', roles: ['owner'] },
])
const stranger = defaults.person
const agreed: Person = { ...look(world, stranger).person, consent: { analytics: true, at: now } }
const silent: Person = { ...agreed, consent: null }
const refusing: Person = { ...agreed, consent: { analytics: false, at: now } }

describe('a name of the host’s own', () => {
  test.each([
    ['merchant.previewed_store', true],
    ['a.b', true],
    ['Shop.First-Sale.v2', true],
    ['', false],
    ['merchant', false],
    ['.a', false],
    ['a.', false],
    ['a..b', false],
    ['a b.c', false],
    ['1.2', false],
    ['onboarding.completed', false],
    ['Onboarding.completed', false],
    ['gating.blocked', false],
    ['experiment.exposed', false],
    ['feature.rollback', false],
    ['onboardings.seen', true],
  ])('%j: %j', (name, fits) => expect(isValueEvent(name)).toBe(fits))
})

describe('without consent', () => {
  for (const [name, person] of [
    ['never asked', silent],
    ['refused', refusing],
  ] as const)
    test.each(['onboarding.viewed', 'onboarding.nudge_shown', 'merchant.previewed_store'])(
      `${name}: %s leaves nothing behind`,
      (type) => {
        const observed = observe(world, person, { type, data: {} })
        expect(observed).toMatchObject({ stored: false, happenings: [] })
        expect(observed.person).toBe(person)
      },
    )

  test('a step that was started is reached all the same', () => {
    const observed = observe(world, silent, { type: 'onboarding.step_started', data: { stepId: 'b' } })
    expect(observed.stored).toBe(false)
    expect(observed.happenings.map(({ type, stepId }) => [type, stepId])).toEqual([
      ['onboarding.reached', 'b'],
    ])
    const row = observed.person.enrolments[0]?.steps.find(({ stepId }) => stepId === 'b')
    expect(row).toMatchObject({ status: 'todo', reachedAt: now })
  })

  test('the host’s own event, told by its server, is not kept', () => {
    const event = { name: 'merchant.first_sale', properties: { amount: 0 } }
    for (const person of [silent, refusing, stranger])
      expect(applyEvent(world, person, event)).toEqual({ person, happenings: [] })
  })
})

describe('with consent', () => {
  test.each(['onboarding.viewed', 'onboarding.nudge_shown'])(
    '%s tells of the flow and the next step',
    (type) => {
      const observed = observe(world, agreed, { type, data: { where: 'header' } })
      expect(observed.stored).toBe(true)
      expect(observed.happenings).toEqual([
        { type, flow: 'shop', version: 1, stepId: 'a', data: { where: 'header' } },
      ])
    },
  )

  test('a step is started: reached once, told each time', () => {
    const started = { type: 'onboarding.step_started', data: { stepId: 'b' } }
    const first = observe(world, agreed, started)
    expect(first.happenings.map(({ type }) => type)).toEqual([
      'onboarding.reached',
      'onboarding.step_started',
    ])
    const second = observe({ ...world, now: now + 1 }, first.person, started)
    expect(second.happenings).toEqual([
      { type: 'onboarding.step_started', flow: 'shop', version: 1, stepId: 'b', data: { stepId: 'b' } },
    ])
    expect(second.person).toBe(first.person)
  })

  test.each(['hidden', 'nowhere', '', '__proto__'])(
    'a step %j that the person does not see is refused',
    (stepId) => {
      const observed = observe(world, agreed, { type: 'onboarding.step_started', data: { stepId } })
      expect(observed).toMatchObject({ stored: false, happenings: [], refusal: { code: 'step_not_found' } })
    },
  )

  test('something of value is told of no flow, and proves nothing, whatever a trigger says', () => {
    const observed = observe(world, agreed, { type: 'merchant.previewed_store', data: { n: 0 } })
    expect(observed.happenings).toEqual([
      {
        type: 'merchant.previewed_store',
        flow: null,
        version: null,
        stepId: null,
        data: { n: 0, source: 'user' },
      },
    ])
    expect(observed.person).toBe(agreed)
    expect(look(world, observed.person).happenings).toEqual([])
  })

  test('the host’s own event, told by its server, is kept and proves', () => {
    const event = { name: 'merchant.previewed_store', properties: { n: 0 } }
    const types = applyEvent(world, agreed, event).happenings.map(({ type }) => type)
    expect(types.slice(0, 2)).toEqual(['merchant.previewed_store', 'onboarding.step_completed'])
    const seen = { ...event, name: 'page viewed' }
    expect(applyEvent(world, agreed, seen)).toEqual({ person: agreed, happenings: [] })
  })
})

test('consent is given and taken back, and said again changes nothing', () => {
  const given = giveConsent(world, stranger, true).person
  expect(given.consent).toEqual({ analytics: true, at: now })
  const later = { ...world, now: now + 1 }
  expect(giveConsent(later, given, true).person).toBe(given)
  expect(giveConsent(later, given, false).person.consent).toEqual({ analytics: false, at: now + 1 })
  expect(giveConsent(later, stranger, false).person.consent).toEqual({ analytics: false, at: now + 1 })
})
