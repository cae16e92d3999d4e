import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf, runsOf } from '../src/figures/pieces.ts'

const at = (text: string): number => Date.parse(`${text}Z`)
const shown = (since: string, until: string, largest?: 'hour' | 'day' | 'month') =>
  piecesOf(at(since), at(until), largest).map((piece) => [
    piece.span,
    new Date(piece.since).toISOString().slice(0, 13),
    new Date(piece.until).toISOString().slice(0, 13),
  ])

test('a range is whole months, with days and hours before and after', () => {
  expect(shown('2025-11-28T22:00', '2026-03-02T03:00')).toEqual([
    ['hour', '2025-11-28T22', '2025-11-29T00'],
    ['day', '2025-11-29T00', '2025-12-01T00'],
    ['month', '2025-12-01T00', '2026-03-01T00'],
    ['day', '2026-03-01T00', '2026-03-02T00'],
    ['hour', '2026-03-02T00', '2026-03-02T03'],
  ])
  expect(shown('2026-01-05T09:00', '2026-01-05T11:00')).toEqual([['hour', '2026-01-05T09', '2026-01-05T11']])
  expect(shown('2026-01-01T00:00', '2026-02-01T00:00', 'day')).toEqual([
    ['day', '2026-01-01T00', '2026-02-01T00'],
  ])
  expect(shown('2026-01-01T00:00', '2026-01-01T00:00')).toEqual([])
  expect(shown('2026-01-02T00:00', '2026-01-01T00:00')).toEqual([])
})

const hourMs = 3_600_000
const beginsOn: { readonly [span: string]: (ms: number) => boolean } = {
  hour: (ms) => ms % hourMs === 0,
  day: (ms) => ms % (24 * hourMs) === 0,
  month: (ms) => ms % (24 * hourMs) === 0 && new Date(ms).getUTCDate() === 1,
}

test('pieces follow one another, cover the range and no more, and begin and end where their spans do', () => {
  const hour = fc.integer({ min: -10_000, max: 600_000 })
  fc.assert(
    fc.property(hour, fc.integer({ min: 1, max: 30_000 }), (first, length) => {
      const [since, until] = [first * hourMs, (first + length) * hourMs]
      const pieces = piecesOf(since, until)
      expect(pieces[0]?.since).toBe(since)
      expect(pieces.at(-1)?.until).toBe(until)
      expect(pieces.length).toBeLessThanOrEqual(5)
      for (const [index, piece] of pieces.entries()) {
        expect(piece.until).toBeGreaterThan(piece.since)
        if (index > 0) expect(piece.since).toBe(pieces[index - 1]?.until)
        expect([piece.since, piece.until].map((ms) => beginsOn[piece.span]?.(ms))).toEqual([true, true])
      }
    }),
  )
})

test('runs are the pieces of one span that follow one another', () => {
  const pieces = [
    ...piecesOf(at('2026-01-30T22:00'), at('2026-02-01T00:00')),
    ...piecesOf(at('2026-02-01T00:00'), at('2026-02-02T00:00')),
    ...piecesOf(at('2026-02-03T00:00'), at('2026-02-04T00:00')),
    ...piecesOf(at('2026-02-04T00:00'), at('2026-02-05T00:00')),
  ]
  expect(pieces).toHaveLength(5)
  expect(runsOf(pieces)).toEqual([
    { span: 'hour', until: at('2026-01-31T00:00'), first: 0, last: 0 },
    { span: 'day', until: at('2026-02-02T00:00'), first: 1, last: 2 },
    { span: 'day', until: at('2026-02-05T00:00'), first: 3, last: 4 },
  ])
  expect(runsOf([])).toEqual([])
})
