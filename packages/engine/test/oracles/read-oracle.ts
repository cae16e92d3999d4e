import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** The stored answers of `<name>.r` or `<name>.py`. */
export const readOracle = <Answers>(name: string): Answers =>
  JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as Answers

/** Equal but for one part in 10^9; the smallest differences from 0 count in full unless `floor` says otherwise. */
export const expectNear = (
  found: number | null,
  expected: number | null,
  relative = 1e-9,
  floor = Number.MIN_VALUE,
): void => {
  if (found === null || expected === null) return expect(found).toBe(expected)
  const apart = Math.abs(found - expected) / Math.max(Math.abs(expected), floor)
  expect(apart, `${found} instead of ${expected}`).toBeLessThanOrEqual(relative)
}
