import { isRecord } from './facts.ts'

// Asks one value. An absent fact is asked as null, so the two can never differ.
export type Test = (value: unknown) => boolean

// The recursion is as deep as the condition (which is bounded), never as deep as the facts.
export const equals = (value: unknown, expected: unknown): boolean => {
  if (typeof expected !== 'object' || expected === null) return value === expected
  if (Array.isArray(expected)) {
    return (
      Array.isArray(value) &&
      value.length === expected.length &&
      expected.every((member, index) => equals(value[index], member))
    )
  }
  if (!isRecord(value) || !isRecord(expected)) return false
  const keys = Object.keys(expected)
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => Object.hasOwn(value, key) && equals(value[key], expected[key]))
  )
}

export const equalTo = (expected: unknown): Test =>
  typeof expected === 'object' && expected !== null
    ? (value) => equals(value, expected)
    : (value) => value === expected

export const differentFrom = (expected: unknown): Test => {
  const same = equalTo(expected)
  return (value) => !same(value)
}
