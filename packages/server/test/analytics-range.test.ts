import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { daysOf, rangeOf, slicesOf, zoneNotes } from '../src/figures/range.ts'
import { dateAt, startOfDay } from '../src/figures/time-zone.ts'

const now = Date.parse('2026-03-30T22:30Z')
const iso = (ms: number): string => new Date(ms).toISOString()
const hours = ({ since, until }: { since: number; until: number }): number => (until - since) / 3_600_000

describe('a day of a time zone', () => {
  test.each([
    ['2026-03-29', 'Europe/Paris', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Paris', '2026-03-29T22:00:00.000Z'],
    ['2026-01-01', 'Asia/Kolkata', '2025-12-31T18:30:00.000Z'],
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00.000Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
    ['2026-01-01', 'Etc/GMT+12', '2026-01-01T12:00:00.000Z'],
    // Midnight is leapt over.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    // Midnight comes twice.
    ['2025-11-02', 'America/Havana', '2025-11-02T04:00:00.000Z'],
    // The day is leapt over.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s in %s begins at %s', (date, timeZone, expected) => {
    expect(iso(startOfDay(date, timeZone))).toBe(expected)
  })

  test('is looked up once for a zone, in whatever letters it is asked for', () => {
    const made = vi.spyOn(Intl, 'DateTimeFormat')
    const dates = ['Asia/Tokyo', 'asia/tokyo', 'ASIA/TOKYO'].map((timeZone) => dateAt(0, timeZone))
    expect(dates).toEqual(['1970-01-01', '1970-01-01', '1970-01-01'])
    expect(made).toHaveBeenCalledTimes(1)
    made.mockRestore()
  })

  test('bears its date from the beginning on, and not before', () => {
    const zones = ['Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Africa/Cairo']
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 20_000 }), (timeZone, day) => {
        const date = new Date(day * 86_400_000).toISOString().slice(0, 10)
        const start = startOfDay(date, timeZone)
        expect(dateAt(start, timeZone)).toBe(date)
        expect(dateAt(start - 1, timeZone) < date).toBe(true)
      }),
    )
  })
})

describe('a range', () => {
  test('is the last 30 days of the zone, today included, when nothing is said', () => {
    expect(rangeOf({ timeZone: 'UTC' }, now, false)).toMatchObject({ from: '2026-03-01', to: '2026-03-30' })
    expect(rangeOf({ timeZone: 'Europe/Paris' }, now, false)).toMatchObject({
      from: '2026-03-02',
      to: '2026-03-31',
    })
    expect(rangeOf({ timeZone: 'UTC', to: '2025-12-31' }, now, false)).toMatchObject({ from: '2025-12-02' })
  })

  test('has the hours of its days, also when clocks change', () => {
    const paris = rangeOf({ timeZone: 'Europe/Paris', from: '2026-03-28', to: '2026-03-30' }, now, true)
    expect(daysOf(paris).map((day) => [day.date, hours(day)])).toEqual([
      ['2026-03-28', 24],
      ['2026-03-29', 23],
      ['2026-03-30', 24],
    ])
    const autumn = rangeOf({ timeZone: 'Europe/Paris', from: '2026-10-25', to: '2026-10-25' }, now, true)
    expect(daysOf(autumn).map(hours)).toEqual([25])
    expect([...zoneNotes(paris), ...zoneNotes(autumn)]).toEqual([])
  })

  test('that begins within a day begins with a part of it', () => {
    const from = '2026-03-29T21:45:00Z'
    const range = rangeOf({ timeZone: 'Europe/Paris', from, to: '2026-03-30' }, now, true)
    expect(daysOf(range).map((day) => [day.date, hours(day)])).toEqual([
      ['2026-03-29', 1],
      ['2026-03-30', 24],
    ])
  })

  test('is its days, one after another, in any zone', () => {
    const zones = [
      'UTC',
      'Europe/Paris',
      'Asia/Kolkata',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'America/Havana',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 14_000, max: 21_000 }),
        fc.integer({ min: 0, max: 60 }),
        (timeZone, first, more) => {
          const dateOf = (day: number): string => iso(day * 86_400_000).slice(0, 10)
          // No range is the one day that Samoa never had.
          const [from, to] = [dateOf(first), dateOf(first + more + 1)]
          const range = rangeOf({ timeZone, from, to }, now, true)
          const days = daysOf(range)
          expect(days[0]?.since).toBe(range.begins)
          expect(days.at(-1)?.until).toBe(range.ends)
          for (const [index, day] of days.entries()) {
            expect(hours(day)).toBeGreaterThan(0)
            if (index > 0) expect(day.since).toBe(days[index - 1]?.until)
          }
          expect(new Set(days.map(({ date }) => date)).size).toBe(days.length)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('is cut where a limit lies inside, and each slice says how many it has passed', () => {
    const stretch = { date: null, since: 10, until: 40 }
    const cut = (limits: number[]) =>
      slicesOf([stretch], limits).map(({ since, until, part }) => [since, until, part])
    expect(cut([])).toEqual([[10, 40, 0]])
    expect(cut([10])).toEqual([[10, 40, 1]])
    expect(cut([40])).toEqual([[10, 40, 0]])
    expect(cut([5, 20, 30, 50])).toEqual([
      [10, 20, 1],
      [20, 30, 2],
      [30, 40, 3],
    ])
  })
})
