import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compileCondition } from '../src/condition/compile.ts'
import type { Condition } from '../src/condition/condition.ts'
import type { Facts } from '../src/condition/facts.ts'
import { operators } from '../src/condition/operators.ts'
import { logicalOperators } from '../src/condition/shape.ts'

type Case = { name: string; condition: Condition; facts: Facts; expected: boolean }
type Group = { operator: string; cases: Case[] }

const file = new URL('../../../conformance/conditions.json', import.meta.url)
const { groups } = JSON.parse(readFileSync(file, 'utf8')) as { groups: Group[] }

for (const { operator, cases } of groups) {
  describe(`conformance: ${operator}`, () => {
    test.each(cases)('$name', ({ condition, facts, expected }) => {
      expect(compileCondition(condition)(facts)).toBe(expected)
    })
  })
}

describe('the conformance table', () => {
  test('names every operator, and none that does not exist', () => {
    const known = [...operators.keys(), ...logicalOperators]
    const named = groups.map((group) => group.operator).filter((name) => name.startsWith('$'))
    expect(new Set(named)).toEqual(new Set(known))
  })

  test.each([...operators.keys(), 'equality'])(
    '%s has rows for 0, "", false, null, absent and a wrong type',
    (operator) => {
      const cases = groups.find((group) => group.operator === operator)?.cases ?? []
      const facts = cases.filter((row) => 'fact' in row.condition).map((row) => row.facts)
      for (const value of [0, '', false, null]) expect(facts).toContainEqual({ fact: value })
      expect(facts).toContainEqual({})
      expect(facts.some(({ fact }) => typeof fact === 'object' && fact !== null) || operator === '$not').toBe(
        true,
      )
    },
  )

  test('has no name twice in a group', () => {
    for (const { cases } of groups) expect(new Set(cases.map((row) => row.name)).size).toBe(cases.length)
  })
})

describe('what JSON cannot say', () => {
  const holds = (condition: unknown, facts: unknown): boolean =>
    compileCondition(condition as Condition)(facts as Facts)

  test('NaN equals nothing, not even itself', () => {
    for (const operand of [
      Number.NaN,
      { $eq: Number.NaN },
      { $in: [Number.NaN] },
      { $all: [Number.NaN] },
      { $gte: Number.NaN },
    ]) {
      expect(holds({ a: operand }, { a: Number.NaN })).toBe(false)
      expect(holds({ a: operand }, { a: [Number.NaN] })).toBe(false)
    }
  })

  test('undefined reads as absent', () => {
    expect(holds({ a: null }, { a: undefined })).toBe(true)
    expect(holds({ a: { $exists: true } }, { a: undefined })).toBe(false)
  })

  test('inherited facts are absent', () => {
    expect(holds({ plan: 'team' }, Object.create({ plan: 'team' }))).toBe(false)
    expect(holds({ plan: { $in: ['team'] } }, Object.create({ plan: 'team' }))).toBe(false)
    expect(holds({ 'account.plan': 'team' }, { account: Object.create({ plan: 'team' }) })).toBe(false)
    expect(holds({ plan: 'team' }, Object.assign(Object.create(null), { plan: 'team' }))).toBe(true)
  })

  test('facts that are no object have no facts', () => {
    for (const facts of [null, undefined, 0, true]) {
      expect(holds({ plan: 'team' }, facts)).toBe(false)
      expect(holds({ plan: { $exists: false }, 'account.plan': { $ne: 1 } }, facts)).toBe(true)
    }
  })

  test('a condition that is no object is false', () => {
    for (const condition of [null, undefined, 0, 'plan', [], [{ plan: 'team' }]]) {
      expect(holds(condition, { plan: 'team' })).toBe(false)
    }
  })
})
