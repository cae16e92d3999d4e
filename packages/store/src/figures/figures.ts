import { columnsAcross } from '../analytics/count-rows.ts'
import { returnDays } from '../analytics/counts.ts'
import type { Query } from '../database/database.ts'
import { readSums, sumsStatement, type LabelledPiece, type Sum, type Whom } from './sums.ts'

export type JourneyCounts = {
  readonly enrolled: number
  readonly completed: number
  readonly skipped: number
}
export type StepCounts = {
  readonly offered: number
  readonly reached: number
  readonly done: number
  readonly skipped: number
  readonly inOrder: number
}
export type FunnelSum = Sum<'journey', JourneyCounts> | Sum<'step', StepCounts>

const funnelStatement = sumsStatement('figures_funnel', [
  {
    of: 'journey',
    table: 'journey_count',
    counts: { enrolled: 'enrolled', completed: 'completed', skipped: 'skipped' },
  },
  {
    of: 'step',
    table: 'step_count',
    key: 'step_id',
    counts: {
      offered: 'offered',
      reached: 'reached',
      done: 'done',
      skipped: 'skipped',
      inOrder: 'in_order',
    },
  },
])

/** Steps (`key`) by lineage. */
export const readFunnel = (
  query: Query,
  whom: Whom,
  pieces: readonly LabelledPiece[],
): Promise<FunnelSum[]> => readSums(query, funnelStatement, whom, pieces)

export type TimeSum =
  | Sum<'begins', { readonly enrolled: number; readonly signedUp: number; readonly completed: number }>
  | Sum<'finishedBegins', { readonly people: number }>
  | Sum<'bin', { readonly people: number }>

/** The label of pieces that only bins are read of; those of all others only say when. */
export const labelOfBins = 9

const begins = {
  key: 'begins',
  told: (key: string) => `(extract(epoch from ${key}) * 1000)::bigint::text`,
  runs: `r.labels[1] <> '${labelOfBins}'`,
}

const timesStatement = sumsStatement('figures_times', [
  {
    of: 'begins',
    table: 'journey_count',
    counts: { enrolled: 'enrolled', signedUp: 'signed_up', completed: 'completed' },
    ...begins,
  },
  // As many as there are times of: but these are fewer rows.
  {
    of: 'finishedBegins',
    table: 'value_count',
    counts: { people: 'people' },
    where: 'c.event = $10::text',
    ...begins,
    runs: `${begins.runs} and $10::text is not null`,
  },
  {
    of: 'finishedBegins',
    table: 'duration_count',
    counts: { people: 'people' },
    where: 'c.measure = $9::text',
    ...begins,
    runs: `${begins.runs} and $9::text = 'activation'`,
  },
  {
    of: 'bin',
    table: 'duration_count',
    key: 'bin',
    counts: { people: 'people' },
    where: 'c.measure = $9::text',
    runs: `r.labels[1] = '${labelOfBins}'`,
  },
])

/** 'complete' (from entering on), 'activation' or an event of value (from signing up on). */
export type Measure = 'complete' | 'activation' | { readonly event: string }

/** How many began when (`key` in milliseconds since 1970), how many of them are through, and how long those took. */
export const readTimes = (
  query: Query,
  whom: Whom,
  pieces: readonly LabelledPiece[],
  measure: Measure,
): Promise<TimeSum[]> => {
  const isEvent = typeof measure === 'object'
  const asked = isEvent ? [`event:${measure.event}`, measure.event] : [measure, null]
  return readSums(query, timesStatement, whom, pieces, asked)
}

type SignedUp = Sum<'journey', { readonly signedUp: number }>
const signedUp = { of: 'journey', table: 'journey_count', counts: { signedUp: 'signed_up' } } as const

export type ValueCounts = {
  readonly people: number
  readonly withinDay: number
  readonly withinWeek: number
  readonly onDay1: number
  readonly onDay7: number
}
export type ConversionSum = SignedUp | Sum<'value', ValueCounts>

const conversionStatement = sumsStatement('figures_conversion', [
  signedUp,
  {
    of: 'value',
    table: 'value_count',
    counts: {
      people: 'people',
      withinDay: 'within_day',
      withinWeek: 'within_week',
      onDay1: 'on_day_1',
      onDay7: 'on_day_7',
    },
    where: 'c.event = $9::text',
  },
])

export const readConversion = (
  query: Query,
  whom: Whom,
  pieces: readonly LabelledPiece[],
  event: string,
): Promise<ConversionSum[]> => readSums(query, conversionStatement, whom, pieces, [event])

export type ActivationSum =
  | SignedUp
  | Sum<'withinDay', { readonly people: number }>
  | Sum<'withinWeek', { readonly people: number }>

const activated = (until: string) =>
  ({
    table: 'duration_count',
    counts: { people: 'people' },
    where: `c.measure = 'activation' and c.bin < ${until}::int`,
  }) as const

const activationStatement = sumsStatement('figures_activation', [
  signedUp,
  { of: 'withinDay', ...activated('$9') },
  { of: 'withinWeek', ...activated('$10') },
])

/** Who did the activation step in time; `bins` are those in which a day and a week after signing up lie. */
export const readActivation = (
  query: Query,
  whom: Whom,
  pieces: readonly LabelledPiece[],
  bins: { readonly day: number; readonly week: number },
): Promise<ActivationSum[]> =>
  readSums(query, activationStatement, whom, pieces, [String(bins.day), String(bins.week)])

type Returned = { readonly [column: string]: number | null }
export type RetentionSum = SignedUp | Sum<'return', { readonly people: number }>

const dayColumns = columnsAcross(returnDays)

const retentionStatement = sumsStatement('figures_retention', [
  signedUp,
  {
    of: 'return',
    table: 'return_count',
    counts: Object.fromEntries(dayColumns.map((column) => [column, column])),
  },
])

/** Days (`key`) from signing up on. */
export const readRetention = async (
  query: Query,
  whom: Whom,
  pieces: readonly LabelledPiece[],
): Promise<RetentionSum[]> => {
  const rows = await readSums<SignedUp | Sum<'return', Returned>>(query, retentionStatement, whom, pieces)
  return rows.flatMap((row): RetentionSum[] => {
    if (row.of === 'journey') return [row]
    const { counts, ...of } = row
    return dayColumns.flatMap((column, day) => {
      const people = counts[column]
      return people ? [{ ...of, key: String(day), counts: { people } }] : []
    })
  })
}

export type NudgeCounts = { readonly shown: number; readonly snoozed: number; readonly dismissed: number }
export type NudgeSum = Sum<'nudge', NudgeCounts>

const nudgeStatement = sumsStatement('figures_nudges', [
  {
    of: 'nudge',
    table: 'nudge_count',
    counts: { shown: 'shown', snoozed: 'snoozed', dismissed: 'dismissed' },
  },
])

export const readNudges = (query: Query, whom: Whom, pieces: readonly LabelledPiece[]): Promise<NudgeSum[]> =>
  readSums(query, nudgeStatement, whom, pieces)

export type BlockCounts = { readonly blocked: number; readonly recovered: number }
export type BlockSum = Sum<'block', BlockCounts>

const block = {
  of: 'block',
  table: 'block_count',
  key: 'step_id',
  counts: { blocked: 'blocked', recovered: 'recovered' },
} as const

const blockStatement = sumsStatement('figures_blocks', [block])

/** Missing steps (`key`) by lineage. */
export const readBlocks = (query: Query, whom: Whom, pieces: readonly LabelledPiece[]): Promise<BlockSum[]> =>
  readSums(query, blockStatement, whom, pieces)

export type GateSum = BlockSum | Sum<'check', { readonly checked: number }>

const gateStatement = sumsStatement('figures_gates', [
  block,
  { of: 'check', table: 'check_count', counts: { checked: 'checked' } },
])

export const readGates = (query: Query, whom: Whom, pieces: readonly LabelledPiece[]): Promise<GateSum[]> =>
  readSums(query, gateStatement, whom, pieces)
