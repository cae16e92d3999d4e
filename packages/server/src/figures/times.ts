import { binMiddleMs } from '@boardwalk/engine'
import {
  kaplanMeier,
  logRank,
  quantile,
  type CurvePoint,
  type Observation,
} from '@boardwalk/engine/statistics'
import { labelOfBins, piecesOf, readTimes, type Measure, type Query, type Whom } from '@boardwalk/store'
import { dayMs, hourMs, type Range } from './range.ts'
import { total, withGroups } from './sums.ts'

type Row = Awaited<ReturnType<typeof readTimes>>[number]

/** Labels of pieces: how long each of their rows is. */
const spanMs = [hourMs, dayMs]
/** So recent beginnings are told apart by the hour, earlier ones by the day. */
const recentMs = 7 * dayMs
const mostPoints = 100

const piecesBy = ({ begins, ends }: Range, now: number) => {
  const recent = Math.floor((now - recentMs) / dayMs) * dayMs
  const cut = Math.min(Math.max(begins, recent), ends)
  return [
    ...[...piecesOf(begins, cut, 'day'), ...piecesOf(cut, ends, 'hour')].map((piece) => ({
      ...piece,
      label: piece.span === 'hour' ? 0 : 1,
    })),
    ...piecesOf(begins, ends).map((piece) => ({ ...piece, label: labelOfBins })),
  ]
}

/** Whose beginnings count: of those who entered, or of those who signed up. */
type Base = 'enrolled' | 'signedUp'

type Known = {
  readonly people: number
  readonly bins: readonly { readonly bin: number; readonly people: number }[]
  readonly observations: readonly Observation[]
}

const knownOf = (rows: readonly Row[], base: Base, now: number): Known => {
  const bins = new Map<number, number>()
  const open = new Map<number, number>()
  let people = 0
  const add = (to: Map<number, number>, at: number, more: number) => to.set(at, (to.get(at) ?? 0) + more)
  for (const row of rows) {
    const key = Number(row.key)
    if (row.of === 'bin') add(bins, key, row.counts.people)
    else {
      const ends = key + (spanMs[row.label] ?? hourMs)
      const began = row.of === 'begins' ? row.counts[base] : 0
      const through =
        row.of === 'finishedBegins' ? row.counts.people : base === 'enrolled' ? row.counts.completed : 0
      people += began
      add(open, Math.max(0, now - ends), began - through)
    }
  }
  const finished = [...bins].map(([bin, count]) => ({ bin, people: count })).toSorted((a, b) => a.bin - b.bin)
  return {
    people,
    bins: finished,
    observations: [
      ...finished.map(({ bin, people: events }) => ({ timeMs: binMiddleMs(bin), events, censored: 0 })),
      ...[...open].map(([timeMs, censored]) => ({ timeMs, events: 0, censored: Math.max(0, censored) })),
    ],
  }
}

const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms))

const readingOf = (curve: readonly CurvePoint[], p: number) => {
  const { timeMs, low, high } = quantile(curve, p)
  return { reached: timeMs !== null, ms: whole(timeMs), low: whole(low), high: whole(high) }
}

/** As `percentile_cont` of SQL has it, between the middles of bins. */
const finishersReading = (bins: Known['bins'], p: number): number | null => {
  const people = total(bins, (bin) => bin.people)
  if (people === 0) return null
  const valueAt = (place: number): number => {
    let before = 0
    for (const bin of bins) {
      before += bin.people
      if (place < before) return binMiddleMs(bin.bin)
    }
    return binMiddleMs(bins.at(-1)?.bin ?? 0)
  }
  const place = p * (people - 1)
  const [lower, upper] = [valueAt(Math.floor(place)), valueAt(Math.ceil(place))]
  return Math.round(lower + (upper - lower) * (place - Math.floor(place)))
}

const share = (survival: number | null): number | null =>
  survival === null ? null : Math.round((1 - survival) * 10_000) / 10_000

/** Where somebody is through; of many such points some, evenly, with the last. */
const pointsOf = (curve: readonly CurvePoint[]) => {
  const steps = curve.filter(({ events }) => events > 0)
  const shown = Math.min(mostPoints, steps.length)
  return Array.from(
    { length: shown },
    (_, index) => steps[Math.round(((index + 1) * steps.length) / shown) - 1],
  )
    .filter((point) => point !== undefined)
    .map(({ timeMs, survival, low, high }) => ({
      ms: Math.round(timeMs),
      share: share(survival) ?? 0,
      low: share(high),
      high: share(low),
    }))
}

const presentTimes = ({ people, bins, observations }: Known) => {
  const curve = kaplanMeier(observations)
  const completed = total(bins, (bin) => bin.people)
  const at = (p: number) => readingOf(curve, p)
  const ofFinishers = (p: number) => finishersReading(bins, p)
  return {
    people,
    completed,
    censored: people - completed,
    median: at(0.5),
    percentiles: { p25: at(0.25), p50: at(0.5), p75: at(0.75), p90: at(0.9) },
    finishersOnly: {
      median: ofFinishers(0.5),
      p25: ofFinishers(0.25),
      p75: ofFinishers(0.75),
      p90: ofFinishers(0.9),
      label: 'Of those who are through alone: too short while others are on their way.',
    },
    curve: pointsOf(curve),
  }
}

const compared = (rows: readonly Row[], values: readonly string[], base: Base, now: number) => {
  const own = Map.groupBy(rows, ({ value }) => value)
  const groups = values.map((value) => knownOf(own.get(value) ?? [], base, now).observations)
  const { chiSquare, degreesOfFreedom, pValue } = logRank(groups)
  return chiSquare === null || pValue === null ? null : { chiSquare, degreesOfFreedom, p: pValue }
}

/** How long it takes. */
export const timesOf = async (query: Query, whom: Whom, range: Range, measure: Measure, now: number) => {
  const base: Base = measure === 'complete' ? 'enrolled' : 'signedUp'
  const rows = await readTimes(query, whom, piecesBy(range, now), measure)
  const figuresOf = (own: readonly Row[]) => presentTimes(knownOf(own, base, now))
  const figures = withGroups(rows, whom.compare !== null, figuresOf, ({ people }) => people)
  const values = figures.groups?.map(({ value }) => value)
  if (values === undefined) return figures
  return { ...figures, logRank: compared(rows, values, base, now) }
}
