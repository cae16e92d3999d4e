import fc from 'fast-check'
import { Query } from 'mingo'
import { describe, expect, test } from 'vitest'
import { checkCondition } from '../src/condition/check.ts'
import { compileCondition } from '../src/condition/compile.ts'
import type { Condition } from '../src/condition/condition.ts'
import { explainCondition } from '../src/condition/explain.ts'
import type { Facts } from '../src/condition/facts.ts'
import { operators } from '../src/condition/operators.ts'

const name = fc.constantFrom(
  'a',
  'b',
  'a.b',
  'c.d.e',
  'toString',
  '__proto__',
  'constructor.name',
  '$groups',
  '',
)
const scalar = fc.oneof(
  fc.constantFrom(0, -1, 1, '', 'a', 'B', '1.2.3', false, true, null),
  fc.integer(),
  fc.string(),
)
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 4 }),
  fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), scalar),
)

// Dictionaries of fast-check set __proto__; JSON.parse makes it an own key, as a request body would.
const own = <T>(entries: [string, unknown][]): T =>
  JSON.parse(
    `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${JSON.stringify(inner ?? null)}`).join(',')}}`,
  ) as T

const facts = fc
  .array(
    fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'toString', '__proto__', '$groups'),
      fc.oneof(value, fc.jsonValue()),
    ),
    { maxLength: 6 },
  )
  .map((entries) => own<Facts>(entries))

// Operands are often wrong on purpose.
const { condition } = fc.letrec<{ condition: Condition; operand: unknown }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'condition' },
    value,
    fc
      .array(
        fc.tuple(
          fc.constantFrom(...operators.keys(), '$unknown'),
          fc.oneof(value, tie('operand'), tie('condition')),
        ),
        { maxLength: 3 },
      )
      .map((entries) => own(entries)),
  ),
  condition: fc
    .array(
      fc.oneof(
        { maxDepth: 4, depthIdentifier: 'condition' },
        fc.tuple(name, tie('operand')),
        fc.tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('condition'), { maxLength: 3 })),
        fc.tuple(fc.constant('$not'), tie('condition')),
      ),
      { maxLength: 3 },
    )
    .map((entries) => own<Condition>(entries)),
}))

const fits = (...conditions: Condition[]): boolean =>
  conditions.every((one) => !checkCondition(one, '').some(({ expected }) => expected.startsWith('at most ')))
const holds = (one: Condition, about: Facts): boolean => compileCondition(one)(about)

describe('for any condition and any facts', () => {
  test('nothing throws, nothing is changed, the answer is a boolean', () => {
    const before = Reflect.ownKeys(Object.prototype)
    fc.assert(
      fc.property(fc.oneof(condition, fc.jsonValue()), fc.oneof(facts, fc.jsonValue()), (one, about) => {
        const texts = JSON.stringify([one, about])
        expect(holds(one as Condition, about as Facts)).toBeTypeOf('boolean')
        expect(checkCondition(one, 'x')).toBeInstanceOf(Array)
        expect(explainCondition(one as Condition, about as Facts)).toBeInstanceOf(Array)
        expect(JSON.stringify([one, about])).toBe(texts)
      }),
      { numRuns: 2000 },
    )
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  })

  test('$not is negation', () => {
    fc.assert(
      fc.property(condition, facts, (one, about) => {
        fc.pre(fits({ $not: one }))
        expect(holds({ $not: one }, about)).toBe(!holds(one, about))
      }),
      { numRuns: 1000 },
    )
  })

  test('$nor is not $or; De Morgan', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 4 }), facts, (list, about) => {
        const each = list.map((one) => ({ $not: one }))
        fc.pre(fits({ $not: { $or: each } }))
        expect(holds({ $nor: list }, about)).toBe(!holds({ $or: list }, about))
        expect(holds({ $and: list }, about)).toBe(!holds({ $or: each }, about))
        expect(holds({ $or: list }, about)).toBe(!holds({ $and: each }, about))
        expect(holds({ $and: list }, about)).toBe(list.every((one) => holds(one, about)))
      }),
      { numRuns: 1000 },
    )
  })

  test('without $or, $nor and $not, all explained rows hold exactly when the condition does', () => {
    const flat = fc.array(
      fc.tuple(
        name,
        fc.oneof(
          value,
          fc.dictionary(fc.constantFrom(...operators.keys()), value, { minKeys: 1, maxKeys: 3 }),
        ),
      ),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(flat, fc.boolean(), facts, (entries, listed, about) => {
        const one = listed
          ? { $and: entries.map((entry) => own<Condition>([entry])) }
          : own<Condition>(entries)
        const rows = explainCondition(one, about)
        expect(rows.every((row) => row.holds)).toBe(holds(one, about))
        for (const row of rows) expect(row.result).toBe(row.result === 'unknown' ? 'unknown' : row.holds)
      }),
      { numRuns: 2000 },
    )
  })
})

test('agrees with mingo where both languages define the same', () => {
  const present = fc.record({ n: fc.integer({ min: -3, max: 3 }), s: fc.constantFrom('', 'a', 'b', 'B') })
  const field = fc.constantFrom('n', 's')
  const plain = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('', 'a', 'b', 'B'))
  const comparison = fc.oneof(
    plain,
    fc
      .tuple(fc.constantFrom('$eq', '$ne', '$gt'), plain)
      .map(([operator, operand]) => ({ [operator]: operand })),
    fc
      .tuple(fc.constantFrom('$in', '$nin'), fc.array(plain))
      .map(([operator, operand]) => ({ [operator]: operand })),
    fc.boolean().map((operand) => ({ $exists: operand })),
  )
  const leaf = fc.tuple(field, comparison).map(([key, operand]) => ({ [key]: operand }))
  const list = fc
    .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(leaf, { minLength: 1, maxLength: 3 }))
    .map(([operator, members]) => ({ [operator]: members }))
  const either = fc.oneof(
    leaf,
    list,
    fc.tuple(list, leaf).map(([a, b]) => ({ ...a, ...b })),
  )
  fc.assert(
    fc.property(either, present, (one, about) => {
      expect(holds(one, about)).toBe(new Query(one as never).test(about))
    }),
    { numRuns: 3000 },
  )
})

// Backtracking would take longer than the universe; here the test's own time limit ends it.
test.each([
  ['(a+)+$', false, false],
  ['(a|aa)+$', false, false],
  ['(a*)*b', false, true],
  ['([ab]*a[ab]{10})+c', false, false],
])('%s against 200 letters comes to an answer', (pattern, first, second) => {
  const evaluate = compileCondition({ a: { $regex: pattern } })
  expect(evaluate({ a: `${'a'.repeat(200)}!` })).toBe(first)
  expect(evaluate({ a: `c${'ab'.repeat(100)}!` })).toBe(second)
})

describe('patterns share the steps of one evaluation', () => {
  const letters = (many: number): string => 'a'.repeat(many)

  test('a text that is too long for them does not match; the next evaluation has its own', () => {
    const evaluate = compileCondition({ a: { $regex: 'a+$' } })
    expect(evaluate({ a: letters(1000) })).toBe(true)
    expect(evaluate({ a: letters(20_000) })).toBe(false)
    expect(evaluate({ a: letters(1000) })).toBe(true)
  })

  test('members of a list are asked until the steps are used up, the same every time', () => {
    const evaluate = compileCondition({ a: { $elemMatch: { $regex: '^b+$' } } })
    const among = (many: number) => ({
      a: [...Array.from({ length: many }, () => letters(20)), 'b'.repeat(20)],
    })
    for (let times = 0; times < 3; times += 1) {
      expect(evaluate(among(50))).toBe(true)
      expect(evaluate(among(5000))).toBe(false)
    }
  })

  test('a pattern of too many instructions is refused when it is checked, and never matches', () => {
    const condition = { a: { $regex: '(a|b|ab){1,1000}' } }
    expect(checkCondition(condition, 'x')).toMatchObject([{ path: 'x.a.$regex' }])
    expect(holds(condition, { a: 'a' })).toBe(false)
  })
})

test('long lists on both sides do not multiply', () => {
  const list = Array.from({ length: 50_000 }, (_, index) => `m${index}`)
  expect(
    holds(
      { a: { $all: list, $in: list, $alli: list }, b: { $nini: list } },
      { a: list.toReversed(), b: ['x'] },
    ),
  ).toBe(true)
})
