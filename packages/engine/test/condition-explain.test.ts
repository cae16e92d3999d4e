import { expect, test } from 'vitest'
import { explainCondition } from '../src/condition/explain.ts'

const rows = (condition: Record<string, unknown>, facts: Record<string, unknown>) =>
  explainCondition(condition, facts).map(({ path, operator, found, result, holds }) => [
    path,
    operator,
    found,
    result,
    holds,
  ])

test('one row a comparison, with what was found', () => {
  expect(rows({ plan: 'team', seats: { $gt: 5, $lt: 9 } }, { plan: 'team', seats: 9 })).toEqual([
    ['plan', '$eq', 'team', true, true],
    ['seats', '$gt', 9, true, true],
    ['seats', '$lt', 9, false, false],
  ])
})

test('an absent fact is unknown, and says how it counted', () => {
  expect(rows({ a: 1, b: { $ne: 1 }, c: { $not: { $gt: 1 } }, d: { $nin: [1] } }, {})).toEqual([
    ['a', '$eq', undefined, 'unknown', false],
    ['b', '$ne', undefined, 'unknown', true],
    ['c', '$not', undefined, 'unknown', true],
    ['d', '$nin', undefined, 'unknown', true],
  ])
})

test('who asks for absence gets an answer', () => {
  expect(
    rows(
      {
        a: null,
        b: { $exists: false },
        c: { $type: 'string' },
        d: { $in: [null] },
        e: { $not: { $exists: true } },
      },
      {},
    ),
  ).toEqual([
    ['a', '$eq', undefined, true, true],
    ['b', '$exists', undefined, true, true],
    ['c', '$type', undefined, false, false],
    ['d', '$in', undefined, true, true],
    ['e', '$not', undefined, true, true],
  ])
})

test('0, "", false and null are found, not unknown', () => {
  expect(rows({ a: 1, b: 1, c: 1, d: 1 }, { a: 0, b: '', c: false, d: null }).map((row) => row[3])).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test('the path tells where a row stands', () => {
  expect(
    rows({ $or: [{ a: 1 }, { 'b.c': 2 }], $not: { d: 1 } }, { b: { c: 2 }, d: 1 }).map((row) => [
      row[0],
      row[4],
    ]),
  ).toEqual([
    ['$or[0].a', false],
    ['$or[1].b.c', true],
    ['$not.d', true],
  ])
})

test('what the check refuses is a row that does not hold', () => {
  expect(rows({ $gt: 5, plan: { $regx: 'x' }, $or: 1 }, { plan: 'x' }).map((row) => row[4])).toEqual([
    false,
    false,
    false,
  ])
  expect(explainCondition(null as never, {})).toMatchObject([{ holds: false }])
})
