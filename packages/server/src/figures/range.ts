import { problemAt, type AnalyticsQuery } from '@boardwalk/contract'
import { Failure } from '../http/reply.ts'
import { dateAfter, dateAt, startOfDay } from './time-zone.ts'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

export type Range = {
  readonly from: string
  readonly to: string
  readonly timeZone: string
  /** Full hours, in milliseconds since 1970; it ends before `ends`. */
  readonly begins: number
  readonly ends: number
}

/** Some hours of the range; `date` when they are a day's. */
export type Stretch = { readonly date: string | null; readonly since: number; readonly until: number }

/** A stretch of which all of it is as old, counted in limits that it has passed. */
export type Slice = Stretch & { readonly part: number }

export const floorHour = (ms: number): number => Math.floor(ms / hourMs) * hourMs
export const ceilHour = (ms: number): number => Math.ceil(ms / hourMs) * hourMs

/** Ten years: what is read grows with it, and by mistake one asks for more. */
const mostDays = 3660
/** Where each day is told. */
export const mostDaysTold = 400

const isDate = (text: string): boolean => text.length === 10

export const refuseQuery = (query: object, path: string, expected: string): Failure => {
  const problem = problemAt(query, [path], expected)
  return new Failure('invalid_request', `The query does not fit. ${problem.message}`, { problems: [problem] })
}

type Asked = Pick<AnalyticsQuery, 'from' | 'to' | 'timeZone'>

/** Days begin with their first full hour of UTC, since counts are kept by those; times are cut to theirs. */
export const rangeOf = (query: Asked, now: number, tellsDays: boolean): Range => {
  const { timeZone } = query
  const startOf = (date: string): number => ceilHour(startOfDay(date, timeZone))
  const to = query.to ?? dateAt(now, timeZone)
  const ends = isDate(to) ? startOf(dateAfter(to)) : floorHour(Date.parse(to))
  const from = query.from ?? dateAfter(dateAt(ends - 1, timeZone), -29)
  const begins = isDate(from) ? startOf(from) : floorHour(Date.parse(from))
  if (begins >= ends) {
    const expected = isDate(from) && isDate(to) ? `${to} or earlier` : `at least an hour before ${to}`
    throw refuseQuery({ ...query, from }, 'from', expected)
  }
  const most = tellsDays ? mostDaysTold : mostDays
  if (ends - begins > (most + 1) * dayMs)
    throw refuseQuery({ ...query, from }, 'from', `at most ${most} days before ${to}`)
  return { from, to, timeZone, begins, ends }
}

/** What to mind with days of this time zone. */
export const zoneNotes = ({ begins, timeZone }: Range): string[] => {
  const isOnTheHour = startOfDay(dateAt(begins, timeZone), timeZone) % hourMs === 0
  return isOnTheHour
    ? []
    : [`Days of ${timeZone} do not begin on a full hour of UTC; they are counted from the next one on.`]
}

/** The range as its days. */
export const daysOf = ({ begins, ends, timeZone }: Range): Stretch[] => {
  const days: Stretch[] = []
  let since = begins
  for (let date = dateAt(begins, timeZone); since < ends; date = dateAfter(date)) {
    const until = Math.min(ends, ceilHour(startOfDay(dateAfter(date), timeZone)))
    // A day that the calendar leapt over has no hours.
    if (until > since) days.push({ date, since, until })
    since = until
  }
  return days
}

export const wholeOf = ({ begins, ends }: Range): Stretch => ({ date: null, since: begins, until: ends })

/** Cuts stretches where the time of people who began there is just over (`limits`, ascending). */
export const slicesOf = (stretches: readonly Stretch[], limits: readonly number[]): Slice[] =>
  stretches.flatMap(({ date, since, until }) => {
    const inside = limits.filter((limit) => limit > since && limit < until)
    const begins = [since, ...inside]
    return begins.map((start, index) => ({
      date,
      since: start,
      until: begins[index + 1] ?? until,
      part: limits.filter((limit) => limit <= start).length,
    }))
  })
