import { describe, expect, test } from 'vitest'
import { growthBookHash } from '../src/assignment/compatibility.ts'
import { murmurHash3 } from '../src/assignment/hash.ts'
import { isInShare } from '../src/assignment/share.ts'
import { chiSquareTail } from '../src/statistics/chi-square.ts'

const people = 20_000
const kindsOfId: Record<string, (n: number) => string> = {
  'a counter': (n) => String(n),
  'a hexadecimal number': (n) => murmurHash3(`id:${n}`).toString(16).padStart(8, '0'),
  'an e-mail address': (n) => `person.${n}@example.com`,
}
const arms = 4
const experiments = Array.from({ length: 30 }, (_, n) => `experiment-${n}`)

/** From 0 to below 1. */
type Place = (salt: string, id: string) => number
const ours: Place = (salt, id) => murmurHash3(`experiment:${salt}:${id}`) / 2 ** 32
const biased: Place = (salt, id) => growthBookHash(1, salt, id) ?? NaN

const cellOf = (place: number, cells: number): number => Math.floor(place * cells)

/** How likely counts at least as uneven are by chance, when every row falls over the columns alike. */
const pOfIndependence = (rows: readonly number[], columns: readonly number[], width: number): number => {
  const table = Array.from({ length: Math.max(...rows) + 1 }, () => Array<number>(width).fill(0))
  rows.forEach((row, at) => (table[row]![columns[at]!]! += 1))
  const inRow = table.map((cells) => cells.reduce((sum, count) => sum + count, 0))
  const inColumn = Array.from({ length: width }, (_, at) =>
    table.reduce((sum, cells) => sum + (cells[at] ?? 0), 0),
  )
  const terms = table.flatMap((cells, row) =>
    cells.map((count, column) => {
      const expected = (inRow[row]! * inColumn[column]!) / rows.length
      return (count - expected) ** 2 / expected
    }),
  )
  const statistic = terms.reduce((sum, term) => sum + term, 0)
  return chiSquareTail(statistic, (table.length - 1) * (width - 1))
}

describe.each(Object.entries(kindsOfId))(`${people} people whose id is %s`, (_, idOf) => {
  const ids = Array.from({ length: people }, (_none, n) => idOf(n))

  /** The p of every two experiments that follow one another. */
  const neighbours = (place: Place): number[] => {
    const inArms = experiments.map((salt) => ids.map((id) => cellOf(place(salt, id), arms)))
    return inArms.slice(1).map((next, at) => pOfIndependence(inArms[at]!, next, arms))
  }

  test('stand evenly', () => {
    const cells = 100
    for (const salt of ['release:shop', 'experiment:skip_button_text']) {
      const counts = Array<number>(cells).fill(0)
      for (const id of ids) counts[cellOf(murmurHash3(`${salt}:${id}`) / 2 ** 32, cells)]! += 1
      const expected = people / cells
      const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      expect(chiSquareTail(statistic, cells - 1)).toBeGreaterThan(0.001)
    }
  })

  test('are in the arm of one experiment whatever their arm in another', () => {
    const ps = neighbours(ours)
    // Of 29 pairs that are independent, more than three below 0.01 come about in 2 of 10,000.
    expect(ps.filter((p) => p < 0.01).length).toBeLessThanOrEqual(3)
    expect(Math.min(...ps)).toBeGreaterThan(0.0001)
  })

  test('would not be by the first hash of GrowthBook, so it is for importing only', () => {
    expect(neighbours(biased).filter((p) => p < 0.01).length).toBeGreaterThan(20)
  })

  test.each([1, 5, 20, 50, 90])('are split alike inside and outside of a release to %i %%', (percent) => {
    const gate = ids.map((id) => (isInShare('release:shop', id, percent) ? 1 : 0))
    const split = ids.map((id) => cellOf(ours('skip_button_text', id), arms))
    expect(pOfIndependence(gate, split, arms)).toBeGreaterThan(0.001)
  })

  test('stay in when the percentage is raised, and out when it is lowered', () => {
    const steps = [0, 0.01, 1, 5, 10, 33.3, 50, 99.99, 100]
    const inside = steps.map((percent) => ids.filter((id) => isInShare('release:shop', id, percent)))
    inside.slice(1).forEach((more, at) => {
      const had = new Set(more)
      expect(inside[at]!.filter((id) => !had.has(id))).toEqual([])
    })
    expect([inside[0]!.length, inside.at(-1)!.length]).toEqual([0, people])
  })
})
