import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import type { Decision, World } from '../src/decision.ts'
import { applyEvent } from '../src/event.ts'
import { updateFacts } from '../src/facts.ts'
import { compileFlow } from '../src/flow.ts'
import { importState } from '../src/import-state.ts'
import { observe } from '../src/observe.ts'
import { stranger, type Facts, type Person } from '../src/person.ts'
import { look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

const { defaults } = readCases('carry-over')
const now = Date.parse('2026-06-15T12:00:00.000Z')
const createdAt = '2026-06-01T08:00:00.000Z'

const steps = [{ ...defaults.step, id: 'first_sale', title: 'first_sale' }]
const flow = compileFlow({ ...defaults.flow, steps }, 1)
const world: World = { now, catalogue: catalogueOf(1, [{ flow, open: true }]) }
const person = (facts: Partial<Facts>): Person => ({
  ...stranger('ada'),
  facts: { attributes: { secret: 'x' }, ...facts },
})
const dataOf = ({ happenings }: Decision, type: string) =>
  happenings.filter((one) => one.type === type).map(({ data }) => data)

describe('whoever enters a flow', () => {
  test.each<[string, Partial<Facts>, object]>([
    ['of whom nothing is known', {}, {}],
    ['who is known in part', { market: 'FR', role: '' }, { facts: { market: 'FR', role: '' } }],
    ['who signed up before', { createdAt }, { signedUpAt: createdAt }],
    [
      'who is known in full',
      { market: 'FR', plan: 'pro', role: 'owner', locale: 'fr', createdAt },
      { facts: { market: 'FR', plan: 'pro', role: 'owner', locale: 'fr' }, signedUpAt: createdAt },
    ],
  ])('%s is told as they are then, and nothing else of them', (_, facts, expected) => {
    expect(dataOf(look(world, person(facts)), 'onboarding.enrolled')).toEqual([expected])
  })

  test('by an import is told so, too', () => {
    const state = { startedAt: now - 5000, steps: [] }
    expect(dataOf(importState(world, person({ plan: 'pro' }), state), 'onboarding.enrolled')).toEqual([
      { facts: { plan: 'pro' }, source: 'import', startedAt: new Date(now - 5000).toISOString() },
    ])
  })

  test('is counted by what the same moment told of them', () => {
    const told = updateFacts(stranger('ada'), { market: 'FR' })
    expect(dataOf(look(world, told), 'onboarding.enrolled')).toEqual([{ facts: { market: 'FR' } }])
  })
})

describe('an event of value', () => {
  const agreed: Person = { ...person({}), consent: { analytics: true, at: now - 9000 } }
  test.each([
    ['when it happened', now - 5000, now - 5000],
    ['now, if nobody said when', undefined, now],
    ['now, if it is said to be still to come', now + 5000, now],
  ])('from the host’s server is told %s', (_, at, expected) => {
    const { happenings } = applyEvent(world, agreed, { name: 'm.sale', properties: {}, at })
    expect(happenings.map((told) => [told.type, told.at])).toEqual([['m.sale', expected]])
  })

  test('from a browser is told when it is heard of', () => {
    const { happenings } = observe(world, agreed, { type: 'm.sale', data: {} })
    expect(happenings.map((told) => [told.type, told.at])).toEqual([['m.sale', undefined]])
  })
})
