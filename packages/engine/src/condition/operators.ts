import { differentFrom, equalTo, type Test } from './equality.ts'
import { isRecord } from './facts.ts'
import { allOf, anyOf, asWritten, ignoringCase, noneOf } from './membership.ts'
import { atLeast, atMost, greaterThan, lessThan } from './order.ts'
import { matches, matchesIgnoringCase, MAX_PATTERN_INSTRUCTIONS, MAX_PATTERN_LENGTH } from './pattern.ts'
import { shapeOf } from './shape.ts'
import {
  newerVersion,
  olderVersion,
  otherVersion,
  sameOrNewerVersion,
  sameOrOlderVersion,
  sameVersion,
} from './version.ts'

// Given by the compiler to the operators that hold another test.
export type Nested = { value: (operand: unknown) => Test; member: (operand: unknown) => Test }

export type Operator = {
  readonly expected: string
  // What the operand is made of, so that a check knows where to look further.
  readonly holds: 'literal' | 'value' | 'member'
  // Undefined when the operand is not what `expected` says: compiled, that is false; checked, a problem.
  readonly test: (operand: unknown, nested: Nested) => Test | undefined
}

const types = ['string', 'number', 'boolean', 'array', 'object', 'null']

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const isType: Operator['test'] = (operand) =>
  types.includes(operand as string) ? (value) => typeOf(value) === operand : undefined

const exists: Operator['test'] = (operand) =>
  typeof operand === 'boolean' ? (value) => (value !== null) === operand : undefined

const hasSize: Operator['test'] = (operand, nested) => {
  if (Number.isInteger(operand)) return (value) => Array.isArray(value) && value.length === operand
  if (shapeOf(operand) === 'literal') return undefined
  const test = nested.value(operand)
  return (value) => Array.isArray(value) && test(value.length)
}

// A null member is as good as none: it matches nothing, not even {"$ne": 1}.
const hasMember: Operator['test'] = (operand, nested) => {
  if (!isRecord(operand)) return undefined
  const test = nested.member(operand)
  return (value) => Array.isArray(value) && value.some((member) => (member ?? null) !== null && test(member))
}

const negated: Operator['test'] = (operand, nested) => {
  const test = nested.value(operand)
  return (value) => !test(value)
}

const row = (expected: string, test: Operator['test'], holds: Operator['holds'] = 'literal'): Operator => ({
  expected,
  test,
  holds,
})

const orderable = 'a number or a string'
const list = 'a list'
const version = 'a version as a string, such as "1.4.0"'
const pattern = `an RE2 pattern (no lookaround, no backreference) of at most ${MAX_PATTERN_LENGTH} characters that is at most ${MAX_PATTERN_INSTRUCTIONS} instructions long (a counted repetition such as a{50} counts that often)`

export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    $eq: row('a value', equalTo),
    $ne: row('a value', differentFrom),
    $gt: row(orderable, greaterThan),
    $gte: row(orderable, atLeast),
    $lt: row(orderable, lessThan),
    $lte: row(orderable, atMost),
    $in: row(list, anyOf(asWritten)),
    $nin: row(list, noneOf(asWritten)),
    $ini: row(list, anyOf(ignoringCase)),
    $nini: row(list, noneOf(ignoringCase)),
    $all: row(list, allOf(asWritten)),
    $alli: row(list, allOf(ignoringCase)),
    $exists: row('true or false', exists),
    $type: row(`one of ${types.join(', ')}`, isType),
    $size: row('a whole number, or operators such as {"$gt": 2}', hasSize, 'value'),
    $elemMatch: row('operators or a condition for one member', hasMember, 'member'),
    $regex: row(pattern, matches),
    $regexi: row(pattern, matchesIgnoringCase),
    $veq: row(version, sameVersion),
    $vne: row(version, otherVersion),
    $vgt: row(version, newerVersion),
    $vgte: row(version, sameOrNewerVersion),
    $vlt: row(version, olderVersion),
    $vlte: row(version, sameOrOlderVersion),
    $not: row('a value or operators', negated, 'value'),
  }),
)
