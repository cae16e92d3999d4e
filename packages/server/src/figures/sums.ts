import type { Slice } from './range.ts'

export const rate = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000

export const total = <Row>(rows: readonly Row[], numberOf: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + numberOf(row), 0)

const mostGroups = 50

export type Grouped<Figures> = Figures & {
  readonly groups?: readonly (Figures & { readonly value: string })[]
  readonly groupsLeftOut?: number
}

/** Figures of all rows and, when groups are compared, of the rows of each: of more than 50 groups the largest. */
export const withGroups = <Row extends { readonly value: string }, Figures extends object>(
  rows: readonly Row[],
  isCompared: boolean,
  figuresOf: (rows: readonly Row[]) => Figures,
  sizeOf: (figures: Figures) => number,
): Grouped<Figures> => {
  const all = figuresOf(rows)
  if (!isCompared) return all
  const groups = [...Map.groupBy(rows, ({ value }) => value)]
    .map(([value, own]) => ({ value, ...figuresOf(own) }))
    .filter((group) => sizeOf(group) > 0)
    .toSorted((a, b) => sizeOf(b) - sizeOf(a) || (a.value < b.value ? -1 : 1))
  const leftOut = groups.length - mostGroups
  return { ...all, groups: groups.slice(0, mostGroups), ...(leftOut > 0 && { groupsLeftOut: leftOut }) }
}

/** The figures of each day, in order; of days without rows those of nothing. */
export const byDay = <Row extends { readonly label: number }, Figures extends object>(
  rows: readonly Row[],
  slices: readonly Slice[],
  figuresOf: (rows: readonly Row[]) => Figures,
) => {
  const own = Map.groupBy(rows, ({ label }) => slices[label]?.date)
  const dates = new Set(slices.map(({ date }) => date ?? ''))
  return [...dates].map((date) => ({ date, ...figuresOf(own.get(date) ?? []) }))
}
