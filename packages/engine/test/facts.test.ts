import { describe, expect, test } from 'vitest'
import { conditionFacts, mergeAttributes, updateFacts } from '../src/facts.ts'
import { stranger, type Person } from '../src/person.ts'

const ada: Person = {
  ...stranger('ada'),
  facts: { role: 'owner', plan: 'team', attributes: { seats: 5, tags: ['a', { b: 1 }], none: '' } },
}

// As a request body would have it: an own key, not the prototype.
const parsed = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>

describe.each(['role', 'plan', 'market', 'locale', 'createdAt'] as const)('%s', (name) => {
  const known: Person = { ...ada, facts: { [name]: 'old', attributes: {} } }
  const unknown: Person = { ...ada, facts: { attributes: {} } }
  const rows: {
    title: string
    person: Person
    value: string | null | undefined
    after: string | undefined
  }[] = [
    { title: 'a value is stored', person: unknown, value: 'new', after: 'new' },
    { title: 'a value replaces another', person: known, value: 'new', after: 'new' },
    { title: '"" is a value', person: known, value: '', after: '' },
    { title: '"" is a value where nothing was known', person: unknown, value: '', after: '' },
    { title: 'null forgets', person: known, value: null, after: undefined },
    { title: 'undefined is absent', person: known, value: undefined, after: 'old' },
  ]

  test.each(rows)('$title', ({ person, value, after }) => {
    const updated = updateFacts(person, { [name]: value })
    expect(updated.facts[name]).toBe(after)
    expect(Object.hasOwn(updated.facts, name)).toBe(after !== undefined)
  })

  test('absent, equal and nothing to forget change nothing', () => {
    expect(updateFacts(known, {})).toBe(known)
    expect(updateFacts(known, { [name]: 'old' })).toBe(known)
    expect(updateFacts(unknown, { [name]: null })).toBe(unknown)
  })
})

describe('attributes', () => {
  test.each([0, '', false, 'x', [], {}, [0], { a: null }])('%j is stored', (value) => {
    expect(mergeAttributes({ kept: 1 }, { new: value })).toEqual({ kept: 1, new: value })
    expect(mergeAttributes({ kept: 1, new: 'old' }, { new: value })).toEqual({ kept: 1, new: value })
  })

  const values = [0, '', false, null, [], {}, '0', [0], { a: 0 }, { a: null }]
  test.each(values)('%j is told from the others', (value) => {
    for (const other of values) {
      if (value === null || other === null) continue
      const stored = { fact: value }
      const merged = mergeAttributes(stored, { fact: structuredClone(other) })
      if (value === other) expect(merged).toBe(stored)
      else expect(merged).toEqual({ fact: other })
    }
  })

  test('null forgets one and leaves the others', () => {
    expect(mergeAttributes({ a: 1, b: 2 }, { a: null })).toEqual({ b: 2 })
    expect(Object.hasOwn(mergeAttributes({ a: 1, b: 2 }, { a: null }), 'a')).toBe(false)
  })

  test('undefined is absent', () => {
    const stored = { a: 1 }
    expect(mergeAttributes(stored, { a: undefined, b: undefined })).toBe(stored)
    expect(Object.keys(mergeAttributes(stored, { b: undefined, c: 1 }))).toEqual(['a', 'c'])
  })

  test('equal content is the same object', () => {
    const { attributes } = ada.facts
    expect(mergeAttributes(attributes, structuredClone(attributes))).toBe(attributes)
    expect(mergeAttributes(attributes, { tags: ['a', { b: 1 }] })).toBe(attributes)
    expect(mergeAttributes(attributes, { unknown: null })).toBe(attributes)
    expect(mergeAttributes(attributes, {})).toBe(attributes)
  })

  test('a list and an object of the same members differ', () => {
    expect(mergeAttributes({ a: ['x'] as unknown }, { a: { 0: 'x' } })).toEqual({ a: { 0: 'x' } })
    expect(mergeAttributes({ a: { b: undefined } }, { a: { c: undefined } })).toEqual({
      a: { c: undefined },
    })
  })

  test('what is stored is not changed', () => {
    const stored = Object.freeze({ a: 1, b: 2 })
    mergeAttributes(stored, { a: null, b: 3, c: 4 })
    expect(stored).toEqual({ a: 1, b: 2 })
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is a name like others',
    (name) => {
      const before = Reflect.ownKeys(Object.prototype)
      const stored = mergeAttributes({}, parsed(`{"${name}":{"polluted":1}}`))
      expect(Object.hasOwn(stored, name)).toBe(true)
      expect(Object.getPrototypeOf(stored)).toBe(Object.prototype)
      expect(mergeAttributes(stored, parsed(`{"${name}":{"polluted":1}}`))).toBe(stored)
      expect(Object.keys(mergeAttributes(stored, parsed(`{"${name}":null}`)))).toEqual([])
      const facts = conditionFacts({ ...ada, facts: { attributes: stored } })
      expect(Object.getPrototypeOf(facts)).toBe(Object.prototype)
      expect(Object.keys(facts)).toEqual([name, 'account'])
      expect(Object.hasOwn({}, 'polluted')).toBe(false)
      expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
    },
  )
})

describe('the person', () => {
  test('is the same object when nothing changes', () => {
    expect(updateFacts(ada, {})).toBe(ada)
    expect(updateFacts(ada, { role: 'owner', market: null, attributes: { seats: 5 }, account: null })).toBe(
      ada,
    )
  })

  test('keeps the parts that did not change', () => {
    const updated = updateFacts(ada, { role: 'staff' })
    expect(updated.facts.attributes).toBe(ada.facts.attributes)
    expect(updated.enrolments).toBe(ada.enrolments)
    expect(ada.facts.role).toBe('owner')
  })

  const member: Person = {
    ...ada,
    accountId: 'acme',
    accountAttributes: { tier: 'gold' },
    accountFlows: [{ flow: 'shop', steps: [] }],
  }

  test('keeps what the account shares while it stays', () => {
    expect(updateFacts(member, { account: 'acme' })).toBe(member)
    const updated = updateFacts(member, { role: 'staff' })
    expect(updated.accountAttributes).toBe(member.accountAttributes)
    expect(updated.accountFlows).toBe(member.accountFlows)
  })

  test.each([{ account: 'globex' }, { account: null }])(
    'leaves behind what the old account shares: %j',
    (update) => {
      const moved = updateFacts(member, update)
      expect(moved).toMatchObject({ accountId: update.account, accountAttributes: {}, accountFlows: [] })
      expect(conditionFacts(moved)['account']).toEqual({})
      expect(moved.facts).toEqual(member.facts)
    },
  )
})

describe('the facts of conditions', () => {
  test('attributes are at the top, the account under its name', () => {
    const person = { ...ada, accountAttributes: { tier: 'gold' } }
    expect(conditionFacts(person)).toEqual({
      role: 'owner',
      plan: 'team',
      seats: 5,
      tags: ['a', { b: 1 }],
      none: '',
      account: { tier: 'gold' },
    })
  })

  test('named facts and the account beat attributes of their names', () => {
    const attributes = { role: 'staff', account: 'mine', market: 'DE' }
    const person: Person = { ...ada, facts: { role: 'owner', attributes } }
    expect(conditionFacts(person)).toEqual({ role: 'owner', market: 'DE', account: {} })
  })
})
