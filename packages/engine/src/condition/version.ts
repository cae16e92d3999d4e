import type { Test } from './equality.ts'

// GrowthBook pads to 5, which puts build 100000 before 99999. 20 digits hold any counter or date.
const WIDTH = 20

type Comparison = (found: string, expected: string) => boolean

// Text whose order is the order of versions: numbers padded on the left, and "~", the last of
// ASCII, closing a release so that 1.0.0 follows 1.0.0-rc. Build metadata does not count.
const sortableVersion = (version: string): string => {
  const text = version === '' ? '0' : version
  const build = text.indexOf('+')
  const start = text.startsWith('v') ? 1 : 0
  const parts = text.slice(start, build === -1 ? undefined : build).split(/[-.]/)
  if (parts.length === 3) parts.push('~')
  return parts.map((part) => (/^[0-9]+$/.test(part) ? part.padStart(WIDTH) : part)).join('-')
}

const comparedBy =
  (compare: Comparison) =>
  (operand: unknown): Test | undefined => {
    if (typeof operand !== 'string') return undefined
    const expected = sortableVersion(operand)
    return (value) => typeof value === 'string' && compare(sortableVersion(value), expected)
  }

export const sameVersion = comparedBy((found, expected) => found === expected)
export const newerVersion = comparedBy((found, expected) => found > expected)
export const sameOrNewerVersion = comparedBy((found, expected) => found >= expected)
export const olderVersion = comparedBy((found, expected) => found < expected)
export const sameOrOlderVersion = comparedBy((found, expected) => found <= expected)

export const otherVersion = (operand: unknown): Test | undefined => {
  const same = sameVersion(operand)
  return same && ((value) => !same(value))
}
