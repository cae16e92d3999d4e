import type { Query } from './database/database.ts'

const lagText = (only: string): string => `
    select r.name, (extract(epoch from next.at) * 1000)::bigint as "waitingSince"
    from reader r
    left join lateral (
      select h.at from happening h
      where (h.xid, h.seq) > (r.xid, r.seq) and h.xid < pg_snapshot_xmin(pg_current_snapshot()) ${only}
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

/** When the oldest happening happened that each of these readers has still to be told, in milliseconds since 1970; null: none waits. */
export const readerLags = async (
  query: Query,
  names: readonly string[],
): Promise<{ readonly name: string; readonly waitingSince: number | null }[]> => query(statement, [names])
