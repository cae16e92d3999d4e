import { describe, expect, test } from 'vitest'
import { checkFlow } from '../src/check-flow.ts'
import { situationOf } from '../src/decision.ts'
import { compileFlow, type StepDefinition } from '../src/flow.ts'
import type { Facts, Person } from '../src/person.ts'
import { isVisible, mayChange, visibilityRules } from '../src/visibility.ts'
import { readCases } from './read-cases.ts'

type Account = { id: string; attributes: Person['accountAttributes'] }
type Case = {
  name: string
  step: Partial<StepDefinition>
  plans?: string[]
  facts?: Partial<Facts>
  account?: Account
  now?: string
  expected: boolean
}
const { defaults, groups } = readCases<Case>('visibility')

const stepOf = ({ step, plans = [] }: Pick<Case, 'step' | 'plans'>) => {
  const definition = { ...defaults.step, title: 'A step', ...step }
  return compileFlow({ ...defaults.flow, plans, steps: [definition] }, 1).steps[0]!
}

const situationIn = ({ facts, account, now = defaults.now }: Omit<Case, 'name' | 'step' | 'expected'>) => {
  const person: Person = {
    ...defaults.person,
    facts: { attributes: {}, ...facts },
    accountId: account?.id ?? null,
    accountAttributes: account?.attributes ?? {},
  }
  return situationOf(person, Date.parse(now))
}

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ expected, ...given }) => {
      expect(isVisible(stepOf(given), situationIn(given))).toBe(expected)
    })
  })
}

describe('the conformance table', () => {
  const rules = visibilityRules.map(({ name }) => name)

  test('has a group for each rule', () => {
    expect(groups.map(({ name }) => name)).toEqual(expect.arrayContaining(rules))
  })

  test.each(['markets', 'roles', 'requiredPlan'])(
    '%s has rows for 0, "", false, null, absent and a wrong type',
    (rule) => {
      const fact = { markets: 'market', roles: 'role', requiredPlan: 'plan' }[rule]!
      const found = groups
        .find(({ name }) => name === rule)!
        .cases.map(({ facts }) => Object.entries(facts ?? {}))
      for (const value of [0, '', false, null]) expect(found).toContainEqual([[fact, value]])
      expect(found).toContainEqual([])
      expect(found.some(([entry]) => Array.isArray(entry?.[1]))).toBe(true)
    },
  )

  test('only what checkFlow allows stands in it', () => {
    for (const { step, plans = [], name } of groups.flatMap(({ cases }) => cases)) {
      const { dependsOn: _, ...alone } = { ...defaults.step, title: name, ...step }
      expect(checkFlow({ ...defaults.flow, plans, steps: [alone] })).toEqual([])
    }
  })
})

describe('who may change a step', () => {
  const rows = [
    { restrictedTo: undefined, role: undefined, expected: true },
    { restrictedTo: undefined, role: 'staff', expected: true },
    { restrictedTo: ['owner'], role: 'owner', expected: true },
    { restrictedTo: ['owner', 'admin'], role: 'admin', expected: true },
    { restrictedTo: ['owner'], role: 'staff', expected: false },
    { restrictedTo: ['owner'], role: 'Owner', expected: false },
    { restrictedTo: ['owner'], role: undefined, expected: false },
    { restrictedTo: ['owner'], role: null, expected: false },
    { restrictedTo: ['owner'], role: '', expected: false },
    { restrictedTo: ['owner'], role: 0, expected: false },
    { restrictedTo: ['owner'], role: false, expected: false },
    { restrictedTo: ['owner'], role: ['owner'], expected: false },
    { restrictedTo: [], role: 'owner', expected: false },
  ]

  test.each(rows)('$role of $restrictedTo: $expected', ({ restrictedTo, role, expected }) => {
    const facts = { role } as Partial<Facts>
    const step = stepOf({ step: restrictedTo === undefined ? {} : { restrictedTo } })
    expect(mayChange(step, situationIn({ facts }).person)).toBe(expected)
  })
})
