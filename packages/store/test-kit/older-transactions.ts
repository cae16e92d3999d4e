import { setTimeout as after } from 'node:timers/promises'
import type { Query } from '../src/database/database.ts'

const next = { name: 'next_transaction', text: 'select pg_snapshot_xmax(pg_current_snapshot())::text as xid' }
const ended = {
  name: 'transactions_ended',
  text: 'select pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8 as ended',
}

/**
 * Resolves when every transaction of the server that was open at the call has ended. Readers of happenings stop
 * at the oldest one open, and other test files have theirs on the same server.
 */
export const olderTransactionsEnd = async (query: Query): Promise<void> => {
  const [{ xid } = {}] = await query<{ xid: string }>(next)
  for (;;) {
    const [answer] = await query<{ ended: boolean }>(ended, [xid])
    if (answer?.ended === true) return
    await after(5)
  }
}
