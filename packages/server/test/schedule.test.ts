import { describe, expect, test } from 'vitest'
import { nextProbeAt, nextTryAt, retryAfterMs } from '../src/delivery/schedule.ts'

const hour = 3_600_000

describe('the times of retries', () => {
  test.each([
    ['least', 0],
    ['middling', 0.5],
    ['most', 1],
  ])(
    'span more than 72 hours with the %s jitter, each pause longer than the one before or the longest',
    (_, chance) => {
      const pauses: number[] = []
      for (let tries = 1; ; tries++) {
        const at = nextTryAt(tries, 0, undefined, chance)
        if (at === undefined) break
        pauses.push(at)
      }
      expect(pauses).toHaveLength(13)
      expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses)
      expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(72 * hour)
      expect(pauses[0]).toBeLessThanOrEqual(6_000)
    },
  )

  test('are never before the receiver’s own time, nor sooner because it asks for less', () => {
    expect(nextTryAt(1, 1_000, 24 * hour, 0.5)).toBe(1_000 + 24 * hour)
    expect(nextTryAt(10, 0, 1_000, 0.5)).toBe(12 * hour)
  })

  test('of probes grow up to five minutes', () => {
    const pauses = [0, 1, 2, 3, 10, 1_000].map((failures) => nextProbeAt(failures, 0, undefined, 0.5))
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 300_000, 300_000])
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-01-31T09:00:00Z')
  test.each([
    ['120', 120_000],
    ['0', 0],
    [String(10 * 365 * 86_400), 24 * hour],
    ['9'.repeat(400), 24 * hour],
    ['Sat, 31 Jan 2026 09:01:00 GMT', 60_000],
    ['Sat, 31 Jan 2026 08:00:00 GMT', 0],
    ['Fri, 31 Dec 2099 23:59:59 GMT', 24 * hour],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
    [undefined, undefined],
  ])('%j means %j ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })
})
