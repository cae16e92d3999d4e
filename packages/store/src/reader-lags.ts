import type { Query } from './database/database.ts'

const lagText = (only: string): string => `
    select r.name, (extract(epoch from next.at) * 1000)::bigint as "waitingSince"
    from reader r
    left join lateral (
      select h.at from happening h
      where (h.xid, h.seq) > (r.xid, r.seq) ${only}
      order by h.xid, h.seq
      limit 1
    ) next on true
    where r.name = any ($1::text[])`

// What concerns a whole account has an index of its own; who reads only that stands still while all else happens.
const statement = {
  name: 'reader_lags',
  text: `${lagText('')} and r.name <> 'account-members'
    union all ${lagText('and h.account_id is not null')} and r.name = 'account-members'`,
}

/**
 * When the oldest happening happened that each of these readers has still to be told, in milliseconds since 1970; null: none waits.
 * Also what an older transaction holds back.
 */
export const readerLags = async (
  query: Query,
  names: readonly string[],
): Promise<{ readonly name: string; readonly waitingSince: number | null }[]> => query(statement, [names])

// When a transaction of another role began may be hidden. Then it is open at least since what it holds back, whose time may
// be that of an event of long ago.
const heldBackStatement = {
  name: 'held_back',
  text: `
    with oldest as (
      select * from (
        select backend_xid as xid, xact_start as since,
          format('process %s of role %I, in the database %I', pid, usename, datname) as what
        from pg_stat_activity where backend_xid is not null
        union all
        select transaction, prepared,
          format('prepared transaction %L of role %I, in the database %I', gid, owner, database)
        from pg_prepared_xacts
      ) writer order by age(xid) desc limit 1
    )
    select oldest.what as by,
      extract(epoch from clock_timestamp() - coalesce(oldest.since, held.since))::float8 as seconds
    from (select min(at) as since from happening where xid >= pg_snapshot_xmin(pg_current_snapshot())) held
    cross join oldest
    where held.since is not null`,
}

/**
 * The transaction that keeps all readers from being told of something, because it is older and still open, in whichever
 * database of the server; and how long at least it has been open, in seconds. Undefined: there is none.
 */
export const heldBack = async (
  query: Query,
): Promise<{ readonly by: string; readonly seconds: number } | undefined> =>
  (await query<{ by: string; seconds: number }>(heldBackStatement))[0]
