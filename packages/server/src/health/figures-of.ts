import { durationBin } from '@boardwalk/engine'
import { measuredOf, type Counted, type Measured, type Metric } from '@boardwalk/engine/health'
import {
  measuredBetween,
  readActivation,
  readConversion,
  readFunnel,
  readGates,
  readMeasurements,
  readNudges,
  readRequests,
  type Query,
  type Whom,
} from '@boardwalk/store'
import { piecesOfSlices } from '../figures/question.ts'
import { ceilHour, dayMs, daysOf, floorHour, hourMs, slicesOf, type Range } from '../figures/range.ts'
import { total } from '../figures/sums.ts'
import { timesOf } from '../figures/times.ts'

/** Pieces of time, oldest first: days, and minutes of API errors. */
export type Pieces = readonly Counted[]

/** What is read of a flow's people. */
export type Asked = {
  readonly whom: Whom
  /** null: the activation step. */
  readonly valueEvent: string | null
  /** In milliseconds since 1970. */
  readonly since: number
  readonly until: number
  readonly now: number
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Cut where all have had a week, a day and an hour. */
const slicesFor = ({ since, until, now }: Asked) => {
  const [begins, ends] = [floorHour(since), ceilHour(until)]
  const range: Range = { from: dateOf(begins), to: dateOf(ends), timeZone: 'UTC', begins, ends }
  const limits = [168, 24, 1].map((hours) => floorHour(now) - hours * hourMs)
  return { range, slices: begins < ends ? slicesOf(daysOf(range), limits) : [] }
}

/** How many of the cuts a slice may be behind. */
const parts = { week: 0, day: 1, hour: 2, all: 3 } as const

type Labelled = { readonly label: number }

/** Counts rows by the day of their slice. */
const counting = (asked: Asked) => {
  const { range, slices } = slicesFor(asked)
  const dates = [...new Set(slices.map(({ date }) => date))]
  const byDay = <Row extends Labelled>(
    rows: readonly Row[],
    oldEnough: keyof typeof parts,
    counted: (row: Row) => Counted,
  ): Pieces => {
    const old = rows.filter(({ label }) => (slices[label]?.part ?? 4) <= parts[oldEnough])
    const own = Map.groupBy(old, ({ label }) => slices[label]?.date ?? null)
    return dates.map((date) => {
      const pairs = (own.get(date) ?? []).map(counted)
      return { of: total(pairs, ({ of }) => of), count: total(pairs, ({ count }) => count) }
    })
  }
  return { range, slices, pieces: piecesOfSlices(slices), byDay }
}

const nothing: Counted = { of: 0, count: 0 }

const conversionOf = async (
  query: Query,
  asked: Asked,
  within: 'withinDay' | 'withinWeek',
): Promise<Pieces> => {
  const { pieces, byDay } = counting(asked)
  const oldEnough = within === 'withinDay' ? 'day' : 'week'
  if (asked.valueEvent !== null) {
    const rows = await readConversion(query, asked.whom, pieces, asked.valueEvent)
    return byDay(rows, oldEnough, (row) =>
      row.of === 'journey' ? { of: row.counts.signedUp, count: 0 } : { of: 0, count: row.counts[within] },
    )
  }
  const bins = { day: durationBin(dayMs), week: durationBin(7 * dayMs) }
  const rows = await readActivation(query, asked.whom, pieces, bins)
  return byDay(rows, oldEnough, (row) => {
    if (row.of === 'journey') return { of: row.counts.signedUp, count: 0 }
    return row.of === within ? { of: 0, count: row.counts.people } : nothing
  })
}

const funnelOf = async (query: Query, asked: Asked) => {
  const { pieces, byDay } = counting(asked)
  const rows = await readFunnel(query, asked.whom, pieces)
  const entered = rows.filter((row) => row.of === 'journey')
  const steps = rows.filter((row) => row.of === 'step')
  return {
    completion: byDay(entered, 'day', ({ counts }) => ({ of: counts.enrolled, count: counts.completed })),
    skips: byDay(steps, 'all', ({ counts }) => ({ of: counts.offered, count: counts.skipped })),
    stepsDone: byDay(rows, 'day', (row) =>
      row.of === 'journey' ? { of: row.counts.enrolled, count: 0 } : { of: 0, count: row.counts.done },
    ),
    entered: byDay(entered, 'all', ({ counts }) => ({ of: counts.enrolled, count: 0 })),
  }
}

const gatesOf = async (query: Query, asked: Asked) => {
  const { pieces, byDay } = counting(asked)
  const rows = await readGates(query, asked.whom, pieces)
  const blocks = rows.filter((row) => row.of === 'block')
  return {
    // A process that dies loses its last checks, but no block.
    blocked: byDay(rows, 'all', (row) =>
      row.of === 'check' ? { of: row.counts.checked, count: 0 } : { of: 0, count: row.counts.blocked },
    ).map(({ of, count }) => ({ of: Math.max(of, count), count })),
    abandoned: byDay(blocks, 'hour', ({ counts }) => ({
      of: counts.blocked,
      count: counts.blocked - counts.recovered,
    })),
  }
}

const snoozesOf = async (query: Query, asked: Asked): Promise<Pieces> => {
  const { pieces, byDay } = counting(asked)
  const rows = await readNudges(query, asked.whom, pieces)
  return byDay(rows, 'all', ({ counts }) => ({ of: counts.shown, count: counts.snoozed })).map(
    // Showing is told with consent only, snoozing of everybody.
    ({ of, count }) => ({ of: Math.max(of, count), count }),
  )
}

const ticketsOf = async (query: Query, asked: Asked, entered: Pieces): Promise<Pieces> => {
  const { slices, range } = counting(asked)
  const dates = [...new Set(slices.map(({ date }) => date))]
  const { flow } = asked.whom
  const [rows, told] = await Promise.all([
    readMeasurements(query, flow, 'supportTickets', range.begins, range.ends),
    measuredBetween(query, flow, 'supportTickets', asked.now),
  ])
  // Days before the host first told of any, or after it last did, are not days without them.
  const isKnown = (date: string | null): boolean =>
    date !== null && told !== null && date >= dateOf(told.first) && date <= dateOf(told.last)
  return dates.map((date, index) => ({
    of: isKnown(date) ? (entered[index]?.of ?? 0) : 0,
    count: total(
      rows.filter(({ begins }) => dateOf(begins) === date),
      ({ value }) => value,
    ),
  }))
}

const apiErrorsOf = async (query: Query, since: number, until: number): Promise<Pieces> =>
  (await readRequests(query, since, until)).map(({ requests, errors }) => ({ of: requests, count: errors }))

const medianOf = async (query: Query, asked: Asked, measure: 'complete' | 'value'): Promise<Measured> => {
  const { range, slices } = counting(asked)
  if (slices.length === 0) return { value: null, of: 0 }
  const value = asked.valueEvent === null ? 'activation' : { event: asked.valueEvent }
  const { median, people } = await timesOf(
    query,
    asked.whom,
    range,
    measure === 'complete' ? 'complete' : value,
    asked.now,
  )
  return { value: median.ms, of: people }
}

export type Figure = Measured & {
  /** Absent: of something that is not counted. */
  readonly pieces?: Pieces
}

export type Figures = { readonly [Name in Metric]?: Figure }

const ofPieces = (pieces: Pieces): Figure => {
  const all = { of: total(pieces, ({ of }) => of), count: total(pieces, ({ count }) => count) }
  return { ...measuredOf(all), pieces }
}

/** Some metrics of a flow; API errors are those of all flows since `apiSince`. */
export const figuresOf = async (
  query: Query,
  wanted: readonly Metric[],
  asked: Asked,
  apiSince: number,
): Promise<Figures> => {
  const wants = (...names: readonly Metric[]): boolean => names.some((name) => wanted.includes(name))
  const figures: { [Name in Metric]?: Figure } = {}
  if (wants('apiErrorRate')) figures.apiErrorRate = ofPieces(await apiErrorsOf(query, apiSince, asked.until))
  if (wants('d1ConversionRate'))
    figures.d1ConversionRate = ofPieces(await conversionOf(query, asked, 'withinDay'))
  if (wants('d7ConversionRate'))
    figures.d7ConversionRate = ofPieces(await conversionOf(query, asked, 'withinWeek'))
  if (wants('timeToValue')) figures.timeToValue = await medianOf(query, asked, 'value')
  if (wants('averageTimeToComplete')) figures.averageTimeToComplete = await medianOf(query, asked, 'complete')
  if (wants('skipRate', 'completionRate', 'averageStepsCompleted', 'supportTicketRate')) {
    const funnel = await funnelOf(query, asked)
    figures.skipRate = ofPieces(funnel.skips)
    figures.completionRate = ofPieces(funnel.completion)
    const { value, of } = ofPieces(funnel.stepsDone)
    figures.averageStepsCompleted = { value, of }
    if (wants('supportTicketRate'))
      figures.supportTicketRate = ofPieces(await ticketsOf(query, asked, funnel.entered))
  }
  if (wants('snoozeRate')) figures.snoozeRate = ofPieces(await snoozesOf(query, asked))
  if (wants('gatingBlockRate', 'modalAbandonmentRate')) {
    const { blocked, abandoned } = await gatesOf(query, asked)
    figures.gatingBlockRate = ofPieces(blocked)
    figures.modalAbandonmentRate = ofPieces(abandoned)
  }
  return figures
}
