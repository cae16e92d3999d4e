import { csvOf, type Cell } from './csv.ts'
import type { abandonmentOf, gatesOf, nudgesOf } from './attempts.ts'
import type { conversionOf, retentionOf } from './cohorts.ts'
import type { funnelOf } from './funnel.ts'
import type { timesOf } from './times.ts'

type Row = { readonly [column: string]: Cell }
type FiguresOf<Read extends (...given: never[]) => Promise<object>> = Awaited<ReturnType<Read>>

/** How the figures of one group stand in a table. */
export type Table<Figures> = {
  readonly columns: readonly string[]
  readonly rows: (figures: Figures) => readonly Row[]
}

export const funnelTable: Table<
  Pick<FiguresOf<typeof funnelOf>, 'enrolled' | 'completed' | 'inWindow' | 'steps'>
> = {
  columns: [
    'step',
    'removed',
    'enrolled',
    'completed',
    'inWindow',
    'offered',
    'reached',
    'done',
    'skipped',
    'dropped',
    'dropOff',
    'share',
    'ofPrevious',
    'completionRate',
    'skipRate',
  ],
  rows: ({ enrolled, completed, inWindow, steps }) =>
    steps.map(({ id, ...step }) => ({ step: id, removed: false, enrolled, completed, inWindow, ...step })),
}

type Times = Omit<FiguresOf<typeof timesOf>, 'groups' | 'logRank'>

const percentiles = ['p25', 'p50', 'p75', 'p90'] as const

export const timesTable: Table<Times> = {
  columns: [
    'people',
    'completed',
    'censored',
    ...percentiles.flatMap((name) => [`${name}Reached`, `${name}Ms`, `${name}LowMs`, `${name}HighMs`]),
    'finishersMedianMs',
    'finishersP25Ms',
    'finishersP75Ms',
    'finishersP90Ms',
  ],
  rows: ({ people, completed, censored, percentiles: readings, finishersOnly }) => [
    {
      people,
      completed,
      censored,
      ...Object.fromEntries(
        percentiles.flatMap((name): [string, Cell][] => {
          const { reached, ms, low, high } = readings[name]
          return [
            [`${name}Reached`, reached],
            [`${name}Ms`, ms],
            [`${name}LowMs`, low],
            [`${name}HighMs`, high],
          ]
        }),
      ),
      finishersMedianMs: finishersOnly.median,
      finishersP25Ms: finishersOnly.p25,
      finishersP75Ms: finishersOnly.p75,
      finishersP90Ms: finishersOnly.p90,
    },
  ],
}

const windows = ['withinDay', 'withinWeek', 'onDay1', 'onDay7'] as const

export const conversionTable: Table<Pick<FiguresOf<typeof conversionOf>, 'cohorts'>> = {
  columns: [
    'date',
    'signedUp',
    'converted',
    'isMature',
    ...windows.flatMap((name) => [name, `${name}Of`, `${name}Rate`, `${name}SoFar`]),
  ],
  rows: ({ cohorts }) =>
    cohorts.map(({ date, signedUp, converted, isMature, ...inTime }) => ({
      date,
      signedUp,
      converted,
      isMature,
      ...Object.fromEntries(
        windows.flatMap((name): [string, Cell][] => {
          const { people, of, rate, soFar } = inTime[name]
          return [
            [name, people],
            [`${name}Of`, of],
            [`${name}Rate`, rate],
            [`${name}SoFar`, soFar],
          ]
        }),
      ),
    })),
}

export const retentionTable: Table<Pick<FiguresOf<typeof retentionOf>, 'cohorts'>> = {
  columns: ['date', 'signedUp', 'day', 'returned', 'rate', 'isMature'],
  rows: ({ cohorts }) =>
    cohorts.flatMap(({ date, signedUp, returned, rates, matureDays }) =>
      returned.map((people, day) => ({
        date,
        signedUp,
        day,
        returned: people,
        rate: rates[day] ?? null,
        isMature: day < matureDays,
      })),
    ),
}

export const abandonmentTable: Table<Pick<FiguresOf<typeof abandonmentOf>, 'steps'>> = {
  columns: ['step', 'removed', 'blocked', 'recovered', 'abandoned', 'rate', 'inWindow'],
  rows: ({ steps }) => steps.map(({ id, ...step }) => ({ step: id, removed: false, ...step })),
}

export const nudgesTable: Table<
  Pick<FiguresOf<typeof nudgesOf>, 'shown' | 'snoozed' | 'dismissed' | 'snoozeRate' | 'dismissRate'>
> = {
  columns: ['shown', 'snoozed', 'dismissed', 'snoozeRate', 'dismissRate'],
  rows: ({ shown, snoozed, dismissed, snoozeRate, dismissRate }) => [
    { shown, snoozed, dismissed, snoozeRate, dismissRate },
  ],
}

export const gatesTable: Table<Pick<FiguresOf<typeof gatesOf>, 'checked' | 'blocked' | 'share'>> = {
  columns: ['checked', 'blocked', 'share'],
  rows: ({ checked, blocked, share }) => [{ checked, blocked, share }],
}

type Days = { readonly days?: readonly Row[] }

/** One line a row; with groups, those of each group, named in the first column; with days, those of each day instead. */
export const csvOfFigures = <Figures extends Days>(
  answer: Figures & { readonly groups?: readonly (Figures & { readonly value: string })[] },
  table: Table<Figures>,
  compare: string | undefined,
): string => {
  const rowsOf = (figures: Figures): readonly Row[] => figures.days ?? table.rows(figures)
  const columns = answer.days?.[0] ? Object.keys(answer.days[0]) : table.columns
  if (compare === undefined || answer.groups === undefined) return csvOf(columns, rowsOf(answer))
  const ofGroups = answer.groups.flatMap((group) =>
    rowsOf(group).map((row) => ({ ...row, [`by ${compare}`]: group.value })),
  )
  return csvOf([`by ${compare}`, ...columns], ofGroups)
}
