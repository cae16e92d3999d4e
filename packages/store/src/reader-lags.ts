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

const heldBackStatement = {
  name: 'held_back',
  text: `
    select (extract(epoch from clock_timestamp() - min(h.at)))::float8 as seconds, (
      select what from (
        select backend_xid as xid, format('process %s of role %I, in the database %I', pid, usename, datname) as what
        from pg_stat_activity where backend_xid is not null
        union all
        select transaction, format('prepared transaction %L of role %I, in the database %I', gid, owner, database)
        from pg_prepared_xacts
      ) writer order by age(xid) desc limit 1
    ) as by
    from happening h where h.xid >= pg_snapshot_xmin(pg_current_snapshot())`,
}

/**
 * How long, in seconds, all readers have not been told of something because an older transaction of the server is
 * still open, in whichever database; null: they are held back by none. `by`: which one, if it has not ended meanwhile.
 */
export const heldBack = async (
  query: Query,
): Promise<{ readonly seconds: number | null; readonly by: string | null }> => {
  const [held] = await query<{ seconds: number | null; by: string | null }>(heldBackStatement)
  return held ?? { seconds: null, by: null }
}
