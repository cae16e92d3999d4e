import type { Database, Query, Session } from '../database/database.ts'
import type { Cursor } from '../happenings.ts'

// How far the analytics have counted is the place of the reader `analytics`. Whoever changes counts of people holds its
// row's lock to the end of their transaction: those who project, who erase and who count anew.

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const beginStatement = {
  name: 'begin_analytics',
  text: `
    insert into reader (name, xid, seq, incomplete_until)
    values ('analytics', '0', 0, pg_snapshot_xmin(pg_current_snapshot()))
    on conflict (name) do nothing`,
}

/** A database that has a history already is counted from its beginning. */
export const beginAnalytics = async (query: Query): Promise<void> => {
  await query(beginStatement)
}

const lockStatement = {
  name: 'lock_analytics',
  text: `
    insert into reader as r (name, xid, seq, incomplete_until)
    values ('analytics', '0', 0, pg_snapshot_xmin(pg_current_snapshot()))
    on conflict (name) do update set name = excluded.name
    returning r.xid::text as xid, r.seq`,
}

/** Answers how far is counted. */
export const lockAnalytics = async (query: Query): Promise<Cursor> => {
  const [place] = await query<Cursor>(lockStatement)
  if (place === undefined) throw new Error('The reader of the analytics has no row')
  return place
}

const moveStatement = {
  name: 'move_analytics',
  text: `update reader set xid = $1::text::xid8, seq = $2::bigint where name = 'analytics'`,
}

/** For those who hold the lock. */
export const moveAnalytics = async (query: Query, to: Cursor): Promise<void> => {
  await query(moveStatement, [to.xid, to.seq])
}

const isHeldStatement = {
  name: 'lock_analytics_held',
  text: `
    select name from reader
    where name = 'analytics' and holder = $1 and (xid, seq) = ($2::text::xid8, $3::bigint)
    for update`,
}

/** Locks the reader if it is still this holder's, and stands where they left it. */
export const lockHeldAnalytics = async (query: Query, holder: string, from: Cursor): Promise<boolean> =>
  (await query(isHeldStatement, [holder, from.xid, from.seq])).length === 1

const tables = ['journey', 'step', 'duration', 'value', 'return', 'nudge', 'block'].map((of) => `${of}_count`)

// As long as it takes. In a script, because a named statement has a read timeout. Truncated, because to delete as many rows as
// there are would take minutes and leave as much dead. Those who read figures wait from there on until the commit; and while
// somebody reads for long, such as a dump, everybody would wait behind us: better to give up and be asked again.
const forget = `
  set local statement_timeout = 0;
  set local lock_timeout = '3s';
  set local idle_in_transaction_session_timeout = 0;
  ${tables.map((table) => `create temporary table kept_${table} on commit drop as select * from ${table} where erased;`).join('\n  ')}
  truncate tally, ${tables.join(', ')};
  ${tables.map((table) => `insert into ${table} select * from kept_${table};`).join('\n  ')}`

const restartStatement = {
  name: 'restart_analytics',
  text: `
    update reader set xid = '0', seq = 0, incomplete_until = pg_snapshot_xmin(pg_current_snapshot())
    where name = 'analytics'`,
}

/** Has all of history counted anew: the part of a transaction that does it. */
export const restartAnalytics = async ({ query, script }: Session): Promise<void> => {
  await lockAnalytics(query)
  await script(forget)
  await query(restartStatement)
}

/** Has all of history counted anew. What erased people left stays, and so do the checks of gates. */
export const rebuildAnalytics = (database: Database): Promise<void> => database.transaction(restartAnalytics)

export type AnalyticsState = {
  /** When the newest happening that is counted happened, ISO 8601; null: none is. */
  readonly at: string | null
  /** Happenings not yet counted, up to the limit asked for. */
  readonly waiting: number
  /** When the first of them happened, in milliseconds since 1970. */
  readonly waitingSince: number | null
  /** Counting anew, or for the first time: what happened before that is not all counted yet. */
  readonly rebuilding: boolean
}

const newestCounted = `
  select h.at from happening h where (h.xid, h.seq) <= (r.xid, r.seq) order by h.xid desc, h.seq desc limit 1`

const stateStatement = {
  name: 'read_analytics_state',
  text: `
    select ${iso(`(${newestCounted})`)} as at,
      (select count(*) from (select from happening h where (h.xid, h.seq) > (r.xid, r.seq) limit $1::int) w) as waiting,
      (extract(epoch from next.at) * 1000)::bigint as "waitingSince",
      coalesce(next.xid < r.incomplete_until, false) as rebuilding
    from reader r
    left join lateral (
      select h.xid, h.at from happening h where (h.xid, h.seq) > (r.xid, r.seq) order by h.xid, h.seq limit 1
    ) next on true
    where r.name = 'analytics'`,
}

const never: AnalyticsState = { at: null, waiting: 0, waitingSince: null, rebuilding: false }

/** `limit`: counts no more of those that wait. */
export const readAnalyticsState = async (query: Query, limit: number): Promise<AnalyticsState> =>
  (await query<AnalyticsState>(stateStatement, [limit]))[0] ?? never

const newestStatement = {
  name: 'newest_happening',
  // Without the table's name it would be sorted by the text.
  text: 'select h.xid::text as xid, h.seq from happening h order by h.xid desc, h.seq desc limit 1',
}

/** The newest happening that anybody can see. */
export const newestHappening = async (query: Query): Promise<Cursor | undefined> =>
  (await query<Cursor>(newestStatement))[0]

// In the order of the index, or PostgreSQL reads all of history to find that there is none.
const countedStatement = {
  name: 'is_counted',
  text: `
    select ${iso(`(${newestCounted})`)} as "asOf",
      (
        select true from happening h
        where (h.xid, h.seq) > (r.xid, r.seq) and (h.xid, h.seq) <= ($1::text::xid8, $2::bigint)
        order by h.xid, h.seq limit 1
      ) is null as "isCurrent"
    from reader r where r.name = 'analytics'`,
}

/** Whether all that happened up to there is counted; what was erased meanwhile needs no counting. */
export const countedUpTo = async (
  query: Query,
  to: Cursor,
): Promise<{ readonly asOf: string | null; readonly isCurrent: boolean }> => {
  type Row = { asOf: string | null; isCurrent: boolean }
  return (await query<Row>(countedStatement, [to.xid, to.seq]))[0] ?? { asOf: null, isCurrent: false }
}
