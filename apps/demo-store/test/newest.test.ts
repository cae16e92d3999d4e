import { expect, test } from 'vitest'
import { createNewest } from '../browser/newest.ts'

test('of several that are under way only the one that began last counts', () => {
  const begin = createNewest()
  const first = begin()
  expect(first()).toBe(true)
  const second = begin()
  expect([first(), second()]).toEqual([false, true])
  expect([first(), second()]).toEqual([false, true])
  const other = createNewest()()
  expect([second(), other()]).toEqual([true, true])
})
