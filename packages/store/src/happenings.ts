import type { Query } from './database/database.ts'

/** A place in the order of happenings. `xid` is text, because it outgrows JavaScript's numbers. */
export type Cursor = { readonly xid: string; readonly seq: number }

/** A happening as its readers see it. */
export type Happened = {
  readonly cursor: Cursor
  readonly id: string
  readonly type: string
  readonly userId: string | null
  readonly flow: string | null
  readonly version: number | null
  readonly stepId: string | null
  /** For a step of scope `account`: whose it was. */
  readonly accountId: string | null
  readonly data: { readonly [name: string]: unknown }
  readonly correlationId: string | null
  /** ISO 8601, UTC. */
  readonly at: string
}

export type HappenedRow = Omit<Happened, 'cursor'> & { xid: string; seq: number }

/** Of a happening `h` and its person `p`. */
export const happeningColumns = `
  h.xid::text as xid, h.seq, h.id::text as id, h.type, p.user_id as "userId", h.flow, h.version, h.step_id as "stepId",
  h.account_id as "accountId", h.data, h.correlation_id as "correlationId", to_char(h.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`

export const happenedOf = ({ xid, seq, ...row }: HappenedRow): Happened => ({ ...row, cursor: { xid, seq } })

// Rows of transactions still open are invisible but may sort before visible ones; below the snapshot's xmin every
// transaction has ended, so nothing can still appear behind the cursor.
const readText = (only: string): string => `
    select ${happeningColumns}
    from happening h left join person p on p.id = h.person_id
    where (h.xid, h.seq) > ($1::text::xid8, $2::bigint) and h.xid < pg_snapshot_xmin(pg_current_snapshot()) ${only}
    order by h.xid, h.seq
    limit $3::int`

const readStatement = { name: 'read_happenings', text: readText('') }
const readAccountStatement = {
  name: 'read_account_happenings',
  text: readText('and h.account_id is not null'),
}

/** The happenings after the cursor, in order, at most `limit`; never one that another could still slip in before. */
export const readHappenings = async (query: Query, after: Cursor, limit: number): Promise<Happened[]> =>
  (await query<HappenedRow>(readStatement, [after.xid, after.seq, limit])).map(happenedOf)

/** The same, of those only that concern a whole account. */
export const readAccountHappenings: typeof readHappenings = async (query, after, limit) =>
  (await query<HappenedRow>(readAccountStatement, [after.xid, after.seq, limit])).map(happenedOf)

const beginStatement = {
  name: 'begin_reader',
  text: `
    insert into reader (name, xid, seq) values ($1, pg_snapshot_xmin(pg_current_snapshot()), 0)
    on conflict (name) do nothing`,
}

/** A reader that is new begins with what happens from now on, not with all that ever did. */
export const beginReader = async (query: Query, name: string): Promise<void> => {
  await query(beginStatement, [name])
}

const holdStatement = {
  name: 'hold_reader',
  text: `
    insert into reader as r (name, xid, seq, holder, held_until)
    values ($1, '0', 0, $2, now() + $3::int * interval '1 millisecond')
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
    where r.holder = excluded.holder or r.held_until is null or r.held_until < now()
    returning r.xid::text as xid, r.seq`,
}

/** Takes or keeps the reader for `leaseMs`, by the database's clock: its cursor, or undefined while another process holds it. */
export const holdReader = async (
  query: Query,
  name: string,
  holder: string,
  leaseMs: number,
): Promise<Cursor | undefined> => (await query<Cursor>(holdStatement, [name, holder, leaseMs]))[0]

const placeStatement = {
  name: 'reader_place',
  text: `
    select xid::text as xid, seq, coalesce(held_until > now(), false) as "isHeld" from reader where name = $1`,
}

/** Where the reader stands, and whether a process holds it; undefined when nobody ever did. */
export const readerPlace = async (
  query: Query,
  name: string,
): Promise<(Cursor & { readonly isHeld: boolean }) | undefined> =>
  (await query<Cursor & { isHeld: boolean }>(placeStatement, [name]))[0]

const advanceStatement = {
  name: 'advance_reader',
  text: `
    update reader set xid = $3::text::xid8, seq = $4::bigint
    where name = $1 and holder = $2 and (xid, seq) < ($3::text::xid8, $4::bigint)
    returning name`,
}

/** Moves the cursor on; false when the reader was lost to another process meanwhile. */
export const advanceReader = async (
  query: Query,
  name: string,
  holder: string,
  to: Cursor,
): Promise<boolean> => (await query(advanceStatement, [name, holder, to.xid, to.seq])).length === 1

const releaseStatement = {
  name: 'release_reader',
  text: 'update reader set holder = null, held_until = null where name = $1 and holder = $2',
}

/** Lets another process take the reader at once. */
export const releaseReader = async (query: Query, name: string, holder: string): Promise<void> => {
  await query(releaseStatement, [name, holder])
}

const timelineStatement = {
  name: 'timeline',
  text: `
    select ${happeningColumns}
    from person p join happening h on h.person_id = p.id
    where p.user_id = $1 and h.seq > $2::bigint
    order by h.seq
    limit $3::int`,
}

/** One person's happenings, oldest first, those after `seq`. */
export const readTimeline = async (
  query: Query,
  userId: string,
  seq: number,
  limit: number,
): Promise<Happened[]> => (await query<HappenedRow>(timelineStatement, [userId, seq, limit])).map(happenedOf)
