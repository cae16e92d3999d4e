import { describe, expect, test } from 'vitest'
import { checkCondition } from '../src/condition/check.ts'
import { compileCondition } from '../src/condition/compile.ts'
import type { Condition } from '../src/condition/condition.ts'
import { operators } from '../src/condition/operators.ts'

const check = (condition: unknown) => checkCondition(condition, 'steps[2].condition')
const paths = (condition: unknown) => check(condition).map((problem) => problem.path)
const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let condition: unknown = { plan: 'team' }
  for (let level = 0; level < levels; level += 1) condition = wrap(condition)
  return condition
}

describe('a condition without problems', () => {
  test.each<Condition>([
    {},
    { plan: 'team', seats: { $gt: 5, $lte: 10.5 } },
    { plan: null, tags: [], address: { city: 'Lyon' } },
    { $or: [{ plan: { $in: ['team', null, 1] } }, { $not: { 'account.seats': { $exists: false } } }] },
    { $and: [], $nor: [{}] },
    { tags: { $all: ['a'], $size: { $gte: 1 }, $not: { $elemMatch: { $regex: '^x' } } } },
    { pets: { $elemMatch: { name: 'fido', $or: [{ age: 1 }, { age: 2 }] } } },
    { pets: { $elemMatch: { $nor: [{ age: 1 }] } } },
    { app: { $vgte: '1.2', $type: 'string', $regexi: 'x'.repeat(256) } },
    { name: { $not: 'x' }, toString: 1, 'rôle.équipe': true },
    { $groups: { $in: ['beta'] } },
    { market: { $in: Array.from({ length: 5000 }, (_, index) => `M${index}`) } },
  ])('%j', (condition) => {
    expect(check(condition)).toEqual([])
  })
})

describe('a condition with problems', () => {
  test.each<[unknown, string[]]>([
    [null, ['steps[2].condition']],
    [[], ['steps[2].condition']],
    ['plan', ['steps[2].condition']],
    [{ plan: { $in: 'team' } }, ['steps[2].condition.plan.$in']],
    [{ plan: { $regx: 'x' } }, ['steps[2].condition.plan.$regx']],
    [{ plan: { $or: [{ $eq: 1 }] } }, ['steps[2].condition.plan.$or']],
    [{ plan: { $eq: 1, name: 'x' } }, ['steps[2].condition.plan']],
    [{ plan: { name: { $eq: 1 } } }, ['steps[2].condition.plan.name.$eq']],
    [{ plan: { $in: [1, { $gt: 1 }] } }, ['steps[2].condition.plan.$in[1].$gt']],
    [{ plan: Number.NaN }, ['steps[2].condition.plan']],
    [{ plan: { $eq: undefined } }, ['steps[2].condition.plan.$eq']],
    [{ $gt: 5 }, ['steps[2].condition.$gt']],
    [{ $adn: [{}] }, ['steps[2].condition.$adn']],
    [{ $adn: { $eq: 1 } }, ['steps[2].condition.$adn']],
    [{ $where: 'true' }, ['steps[2].condition.$where']],
    [{ $savedGroup: { id: 'x' } }, ['steps[2].condition.$savedGroup']],
    [{ $and: {} }, ['steps[2].condition.$and']],
    [{ $or: [{ plan: 1 }, 5, null] }, ['steps[2].condition.$or[1]', 'steps[2].condition.$or[2]']],
    [{ $not: [{}] }, ['steps[2].condition.$not']],
    [{ a: { $size: 1.5 } }, ['steps[2].condition.a.$size']],
    [{ a: { $size: { $gt: 'x', $foo: 1 } } }, ['steps[2].condition.a.$size.$foo']],
    [{ a: { $size: { $gt: null } } }, ['steps[2].condition.a.$size.$gt']],
    [{ a: { $elemMatch: { name: { $gt: [] } } } }, ['steps[2].condition.a.$elemMatch.name.$gt']],
    [{ a: { $elemMatch: { $gt: {} } } }, ['steps[2].condition.a.$elemMatch.$gt']],
    [{ a: { $not: { $regex: '(' } } }, ['steps[2].condition.a.$not.$regex']],
    [{ 'account.seats': { $gt: true } }, ['steps[2].condition.account.seats.$gt']],
  ])('%j', (condition, expected) => {
    expect(paths(condition)).toEqual(expected)
  })

  test('tells all problems at once, each with found and expected', () => {
    const problems = check({
      plan: { $in: 'team', $gt: [] },
      $or: [{ a: { $exists: 1 } }, { b: { $type: 'date' } }],
      $nor: 1,
    })
    expect(problems.map(({ path, found, expected }) => [path.slice(19), found, expected])).toEqual([
      ['plan.$in', '"team"', 'a list'],
      ['plan.$gt', 'a list of 0', 'a number or a string'],
      ['$or[0].a.$exists', '1', 'true or false'],
      ['$or[1].b.$type', '"date"', 'one of string, number, boolean, array, object, null'],
      ['$nor', '1', 'a list of conditions'],
    ])
    for (const { message, found } of problems) expect(message).toContain(found)
  })

  test.each([
    ['$regx', '$regex'],
    ['$neq', '$ne'],
    ['$GT', '$gt'],
    ['$elemmatch', '$elemMatch'],
    ['$exist', '$exists'],
    ['$nto', '$not'],
  ])('%s: did you mean %s', (written, meant) => {
    expect(check({ plan: { [written]: 1 } })[0]?.message).toContain(`Did you mean ${meant}?`)
  })

  test('gives no hint when nothing is near', () => {
    expect(check({ plan: { $geoWithin: 1 } })[0]?.message).toContain('Known are $eq')
    expect(check({ plan: { $geoWithin: 1 } })[0]?.message).not.toContain('Did you mean')
  })

  test.each([...operators.keys()])('%s refuses what it cannot use, or takes any value', (name) => {
    const refused = [0, '', '(', false, null, [], {}, 1.5, 'x'.repeat(257)].filter(
      (operand) => check({ a: { [name]: operand } }).length > 0,
    )
    expect(refused.length > 0).toBe(!['$eq', '$ne', '$not'].includes(name))
  })

  test('$regex: 257 characters, lookaround and backreferences are refused', () => {
    for (const pattern of ['x'.repeat(257), '(?=a)', '(?<!a)b', '(a)\\1', '[', 5]) {
      expect(paths({ a: { $regex: pattern, $regexi: pattern } })).toHaveLength(2)
    }
  })
})

describe('limits', () => {
  test('depth 16 passes, 17 does not', () => {
    for (const wrap of [(c: unknown) => ({ $not: c }), (c: unknown) => ({ $and: [c] })]) {
      expect(check(nested(16, wrap))).toEqual([])
      expect(check(nested(17, wrap))[0]).toMatchObject({
        path: 'steps[2].condition',
        expected: 'at most 16 levels',
      })
      expect(compileCondition(nested(16, wrap) as Condition)({ plan: 'team' })).toBe(true)
      expect(compileCondition(nested(17, wrap) as Condition)({ plan: 'x' })).toBe(false)
    }
  })

  test('200 nodes pass, 201 do not', () => {
    const clauses = (count: number) => Array.from({ length: count }, (_, index) => ({ [`f${index}`]: 0 }))
    expect(check(Object.assign({}, ...clauses(200)))).toEqual([])
    expect(check({ $or: clauses(199) })).toEqual([])
    expect(check({ $or: clauses(200) })[0]).toMatchObject({ expected: 'at most 200 nodes' })
    expect(compileCondition({ $nor: clauses(200) })({})).toBe(false)
  })

  test('the other problems are told beside a broken limit', () => {
    expect(paths({ a: { $foo: 1 }, b: nested(20, (inner) => ({ x: inner })) })).toEqual([
      'steps[2].condition',
      'steps[2].condition.a.$foo',
    ])
  })
})

describe('hostile documents', () => {
  const hostile: [string, unknown][] = [
    ['$not 10,000 deep', nested(10_000, (inner) => ({ $not: inner }))],
    ['$and 10,000 deep', nested(10_000, (inner) => ({ $and: [inner] }))],
    ['a value 10,000 deep', { a: nested(10_000, (inner) => ({ a: inner })) }],
    ['lists 10,000 deep', { a: nested(10_000, (inner) => [inner]) }],
    ['$in with lists 10,000 deep', { a: { $in: nested(10_000, (inner) => [inner]) } }],
    ['$elemMatch 10,000 deep', { a: nested(10_000, (inner) => ({ $elemMatch: inner })) }],
    ['$size 10,000 deep', { a: nested(10_000, (inner) => ({ $size: inner })) }],
    ['100,000 conditions', { $or: Array.from({ length: 100_000 }, () => ({ a: 1 })) }],
    ['100,000 numbers for conditions', { $or: Array.from({ length: 100_000 }, (_, index) => index) }],
    [
      '100,000 unknown operators',
      { a: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`$x${index}`, 1])) },
    ],
    ['100,000 empty lists', { a: Array.from({ length: 100_000 }, () => []) }],
    [
      'names of 100,000 characters',
      { ['$'.repeat(100_000)]: { ['$y'.repeat(100_000)]: 'x'.repeat(100_000) } },
    ],
    [
      '__proto__ everywhere',
      JSON.parse(
        '{"__proto__":{"__proto__":{"$gt":{"__proto__":1}}},"constructor":{"prototype":{"$foo":1}}}',
      ),
    ],
  ]

  test.each(hostile)('%s: refused shortly and quickly', (_name, condition) => {
    const problems = check(condition)
    expect(compileCondition(condition as Condition)({ a: [] })).toBeTypeOf('boolean')
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThan(500)
    for (const { found, path } of problems) {
      expect(found.length).toBeLessThanOrEqual(60)
      expect(path.length).toBeLessThan(2000)
    }
  })
})
