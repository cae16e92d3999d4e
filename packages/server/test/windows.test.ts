import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWindows } from '../src/limits/windows.ts'

test('many strangers do not grow the process for ever: who came long ago is forgotten, who comes often is not', () => {
  const windows = createWindows(60_000, () => 0, 10)
  const strangers = Array.from({ length: 100 }, (_, index) => `stranger-${index}`)
  for (const stranger of strangers) {
    windows.add(stranger)
    windows.add('ada')
  }
  const kept = strangers.filter((stranger) => windows.current(stranger) !== undefined)
  expect(kept).toEqual(strangers.slice(-kept.length))
  expect(kept.length).toBeGreaterThanOrEqual(4)
  expect(kept.length).toBeLessThan(10)
  expect(windows.current('ada')).toEqual({ count: 100, endsAt: 60_000 })
})

test('what is counted elsewhere holds, unless more is known here', () => {
  const windows = createWindows(60_000, () => 1000)
  expect(windows.learn('a', 7, 30_000)).toEqual({ count: 7, endsAt: 31_000 })
  // It was forgotten there.
  expect(windows.learn('a', 1, 60_000)).toEqual({ count: 8, endsAt: 31_000 })
  expect(windows.add('a')).toEqual({ count: 9, endsAt: 31_000 })
  expect(windows.learn('a', 12, 29_000)).toEqual({ count: 12, endsAt: 30_000 })
})

test('whatever the other side says or forgets, no window lets more through than its quota', () => {
  const word = fc.oneof(
    fc.constant('away' as const),
    fc.constant('wiped' as const),
    fc.constant('asked' as const),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 200 }), (words) => {
      const quota = 5
      const windows = createWindows(60_000, () => 0)
      let there = 0
      let passed = 0
      for (const each of words) {
        if (each === 'wiped') there = 0
        if ((windows.current('a')?.count ?? 0) >= quota) continue
        const { count } = each === 'away' ? windows.add('a') : windows.learn('a', ++there, 60_000)
        if (count <= quota) passed++
      }
      expect(passed).toBeLessThanOrEqual(quota)
    }),
  )
})
