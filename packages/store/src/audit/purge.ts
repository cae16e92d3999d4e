import type { Database } from '../database/database.ts'
import { appendAudit } from './append.ts'

const mostAtOnce = 10_000

// All entries before the first that is young enough.
const oldStatement = {
  name: 'old_audit_entries',
  text: `
    select least(
      coalesce((select min(seq) - 1 from audit_entry where at >= $1::timestamptz), (select max(seq) from audit_entry)),
      (select min(seq) from audit_entry) + ${mostAtOnce - 1}
    ) as "to", (select min(seq) from audit_entry) as "from"`,
}

const deleteStatement = {
  name: 'delete_audit_entries',
  text: 'delete from audit_entry where seq <= $1::bigint',
}

const lockStatement = { name: 'lock_audit', text: 'select from audit_head for update' }

/**
 * Removes entries older than `before` (ISO 8601), some thousands at a time; answers how many. The log says so itself, in an
 * entry of its own, which is why one remains always and the chain can be checked still.
 */
export const purgeAudit = (database: Database, before: string): Promise<number> =>
  database.transaction(async ({ query }) => {
    await query(lockStatement)
    const [old] = await query<{ from: number | null; to: number | null }>(oldStatement, [before])
    if (!old || old.from === null || old.to === null || old.to < old.from) return 0
    await appendAudit(query, { actor: 'system', action: 'purgeAudit', outcome: 'done', purgedTo: old.to })
    await query(deleteStatement, [old.to])
    return old.to - old.from + 1
  })
