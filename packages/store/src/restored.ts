import { restartAnalytics } from './analytics/place.ts'
import type { Database, Query } from './database/database.ts'

const strangerStatement = {
  name: 'numbered_elsewhere',
  text: `
    select greatest(
      (select xid from reader order by xid desc limit 1),
      (select xid from happening order by xid desc, seq desc limit 1)
    ) >= pg_snapshot_xmax(pg_current_snapshot()) as elsewhere`,
}

/** Whether something is numbered by a transaction that this database has not had yet. */
const isNumberedElsewhere = async (query: Query): Promise<boolean> =>
  (await query<{ elsewhere: boolean | null }>(strangerStatement))[0]?.elsewhere === true

// As long as it takes. In scripts, because a named statement has a read timeout. The tables in the order in which those who
// erase and those who fan out come to them; `reader` first, so that nobody moves on while places are worked out.
const lock = `
  set local statement_timeout = 0;
  set local idle_in_transaction_session_timeout = 0;
  lock table reader, happening, delivery in share row exclusive mode`

// 3 is the first number that any database gives to a transaction, so all that is to happen comes later. Among themselves they
// stand in the order of seq then, which is each person's own: who changes a person holds that person's row while seq is
// drawn, and the next one to change them waits for it.
//
// A place becomes the last before the first happening that is ahead of it. What was written since restoring stands behind it,
// with low numbers, and was never told; so no reader is believed beyond the seq of what it was told last, or of what came
// along with the dump. No holder keeps its reader: one that read a page before would move it back to the old numbers.
const renumber = `
  update reader r set xid = '3', holder = null, held_until = null, seq = least(
    coalesce(
      (select min(h.seq) - 1 from happening h where (h.xid, h.seq) > (r.xid, r.seq)),
      (select max(h.seq) from happening h),
      0
    ),
    case
      when r.seq > 0 then r.seq
      else (select max(h.seq) from happening h where h.xid >= pg_snapshot_xmax(pg_current_snapshot()))
    end
  )
  where name <> 'analytics';
  update reader set holder = null, held_until = null where name = 'analytics';
  update happening set xid = '3';
  update delivery set xid = '3'`

/**
 * Happenings are read in the order of the transactions that wrote them, below the oldest still open. After a dump was
 * restored into a database that counts fewer transactions, all of them would lie above that, and nobody would ever be told
 * of anything. Numbers them anew then, and answers whether it did. Nothing is lost; some is told again, and figures are
 * counted anew, so that nothing is counted twice.
 */
export const renumberRestored = async (database: Database): Promise<boolean> => {
  if (!(await isNumberedElsewhere(database.query))) return false
  return database.transaction(async (session) => {
    const { query, script } = session
    await script(lock)
    // Another process may have done it meanwhile.
    if (!(await isNumberedElsewhere(query))) return false
    await restartAnalytics(session)
    await script(renumber)
    return true
  })
}
