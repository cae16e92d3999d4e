import { readConversion, readRetention, type Query, type Whom } from '@boardwalk/store'
import { piecesOfSlices } from './question.ts'
import { dayMs, daysOf, floorHour, hourMs, slicesOf, type Range, type Slice } from './range.ts'
import { byDay, rate, total, withGroups } from './sums.ts'

type ConversionRow = Awaited<ReturnType<typeof readConversion>>[number]

/** What is asked of each, and how long after signing up it is known. */
const windows = { withinDay: 24, withinWeek: 168, onDay1: 48, onDay7: 192 } as const
type Window = keyof typeof windows
const longestFirst = Object.values(windows).toSorted((a, b) => b - a)

/** How many of the limits a slice may have passed at most for the window to be over. */
const lastPart: { readonly [Name in Window]: number } = {
  withinDay: longestFirst.indexOf(windows.withinDay),
  withinWeek: longestFirst.indexOf(windows.withinWeek),
  onDay1: longestFirst.indexOf(windows.onDay1),
  onDay7: longestFirst.indexOf(windows.onDay7),
}

const convertedOf = (rows: readonly ConversionRow[], slices: readonly Slice[]) => {
  const journeys = rows.filter((row) => row.of === 'journey')
  const values = rows.filter((row) => row.of === 'value')
  const signedUp = total(journeys, ({ counts }) => counts.signedUp)
  const inTime = (window: Window) => {
    const isOver = ({ label }: { label: number }): boolean => (slices[label]?.part ?? 0) <= lastPart[window]
    const of = total(journeys.filter(isOver), ({ counts }) => counts.signedUp)
    const people = total(values.filter(isOver), ({ counts }) => counts[window])
    const soFar = total(values, ({ counts }) => counts[window])
    return {
      people,
      of,
      rate: rate(people, of),
      waiting: signedUp - of,
      soFar,
      rateSoFar: rate(soFar, signedUp),
    }
  }
  return {
    signedUp,
    converted: total(values, ({ counts }) => counts.people),
    withinDay: inTime('withinDay'),
    withinWeek: inTime('withinWeek'),
    onDay1: inTime('onDay1'),
    onDay7: inTime('onDay7'),
  }
}

export const conversionOf = async (query: Query, whom: Whom, range: Range, event: string, now: number) => {
  const limits = longestFirst.map((hours) => floorHour(now) - hours * hourMs)
  const slices = slicesOf(daysOf(range), limits)
  const mature = new Map(daysOf(range).map(({ date, until }) => [date, until <= (limits[0] ?? 0)]))
  const rows = await readConversion(query, whom, piecesOfSlices(slices), event)
  const figuresOf = (own: readonly ConversionRow[]) => ({
    ...convertedOf(own, slices),
    cohorts: byDay(own, slices, (some) => convertedOf(some, slices)).map((cohort) => ({
      ...cohort,
      isMature: mature.get(cohort.date) ?? false,
    })),
  })
  return { event, ...withGroups(rows, whom.compare !== null, figuresOf, ({ signedUp }) => signedUp) }
}

type RetentionRow = Awaited<ReturnType<typeof readRetention>>[number]

const days = Array.from({ length: 31 }, (_, day) => day)

const returnedOf = (rows: readonly RetentionRow[]) => {
  const returned = days.map(() => 0)
  let signedUp = 0
  for (const row of rows)
    if (row.of === 'journey') signedUp += row.counts.signedUp
    else returned[Number(row.key)] = (returned[Number(row.key)] ?? 0) + row.counts.people
  return { signedUp, returned, rates: returned.map((people) => rate(people, signedUp)) }
}

export const retentionOf = async (query: Query, whom: Whom, range: Range, now: number) => {
  const slices = slicesOf(daysOf(range), [])
  const matureDays = new Map(
    slices.map(({ date, until }) => [
      date,
      Math.min(days.length, Math.max(0, Math.floor((now - until) / dayMs))),
    ]),
  )
  const rows = await readRetention(query, whom, piecesOfSlices(slices))
  const figuresOf = (own: readonly RetentionRow[]) => {
    const cohorts = byDay(own, slices, returnedOf).map((cohort) => ({
      ...cohort,
      matureDays: matureDays.get(cohort.date) ?? 0,
    }))
    const retention = days.map((day) => {
      const mature = cohorts.filter((cohort) => cohort.matureDays > day)
      const people = total(mature, ({ returned }) => returned[day] ?? 0)
      const of = total(mature, ({ signedUp }) => signedUp)
      return { day, people, of, rate: rate(people, of) }
    })
    return { signedUp: total(cohorts, ({ signedUp }) => signedUp), retention, cohorts }
  }
  return withGroups(rows, whom.compare !== null, figuresOf, ({ signedUp }) => signedUp)
}
