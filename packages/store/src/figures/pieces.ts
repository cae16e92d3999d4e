export type Span = 'hour' | 'day' | 'month'

/** Rows of one span that begin from `since` on and before `until`, in milliseconds since 1970. */
export type Piece = { readonly span: Span; readonly since: number; readonly until: number }

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const monthAt = (ms: number, later = 0): number => {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later)
}

/** The last beginning of such a span at that time, or before it. */
const floor: { readonly [Name in Span]: (ms: number) => number } = {
  hour: (ms) => Math.floor(ms / hourMs) * hourMs,
  day: (ms) => Math.floor(ms / dayMs) * dayMs,
  month: (ms) => monthAt(ms),
}

const next: { readonly [Name in Span]: (ms: number) => number } = {
  hour: (ms) => ms + hourMs,
  day: (ms) => ms + dayMs,
  month: (ms) => monthAt(ms, 1),
}

/** The first beginning at that time, or after it. */
const ceil = (span: Span, ms: number): number => {
  const begins = floor[span](ms)
  return begins === ms ? ms : next[span](begins)
}

/**
 * The fewest rows that cover a range of full hours: whole months, before and after them whole days, before and after
 * those hours. `largest` is the longest span taken.
 */
export const piecesOf = (since: number, until: number, largest: Span = 'month'): Piece[] => {
  if (since >= until) return []
  if (largest === 'hour') return [{ span: 'hour', since, until }]
  const smaller = largest === 'month' ? 'day' : 'hour'
  const [first, last] = [ceil(largest, since), floor[largest](until)]
  if (first >= last) return piecesOf(since, until, smaller)
  const whole: Piece = { span: largest, since: first, until: last }
  return [...piecesOf(since, first, smaller), whole, ...piecesOf(last, until, smaller)]
}

/** Pieces of one span, one right after the other: from the `first` to the `last` of a list. */
export type Run = {
  readonly span: Span
  readonly until: number
  readonly first: number
  readonly last: number
}

export const runsOf = (pieces: readonly Piece[]): Run[] => {
  const runs: Run[] = []
  for (const [place, { span, since, until }] of pieces.entries()) {
    const run = runs.at(-1)
    if (run?.span === span && run.until === since) runs[runs.length - 1] = { ...run, until, last: place }
    else runs.push({ span, until, first: place, last: place })
  }
  return runs
}
