// One process that writes the audit log: entries until it is told to end, eight at once, or one change at whose place named by `stopAt` it waits to be killed.
import { pino } from 'pino'
import { appendAudit, openDatabase, type Query } from '@boardwalk/store'
import { createBoardwalk, stopWhenOrphaned } from '../src/index.ts'

export type AuditWork = { readonly url: string; readonly schema: string } & (
  | { readonly kind: 'append' }
  | { readonly kind: 'change'; readonly stopAt: 'begun' | 'done' }
)

const work = JSON.parse(process.argv[2] ?? '') as AuditWork
const database = await openDatabase({ url: work.url, schema: work.schema, connections: 8 })

if (work.kind === 'append') {
  let isTold = false
  process.stdin.resume().once('end', () => (isTold = true))
  const entry = { actor: `process ${process.pid}`, action: 'test', outcome: 'done' } as const
  let appended = 0
  const append = async (): Promise<void> => {
    for (; !isTold; appended += 1) await appendAudit(database.query, entry)
  }
  await Promise.all(Array.from({ length: 8 }, append))
  await database.close()
  process.stdout.write(`${appended}\n`)
} else {
  stopWhenOrphaned(async () => process.exit())
  const wait = async (): Promise<never> => {
    process.stdout.write(`${work.stopAt}\n`)
    return new Promise<never>(() => {})
  }
  let entries = 0
  const query: Query = async (statement, values) => {
    if (statement.name !== 'append_audit_entry') return database.query(statement, values)
    entries += 1
    if (entries === 2) await wait()
    const rows = await database.query<any>(statement, values)
    return work.stopAt === 'begun' ? wait() : rows
  }
  const apiKey = 'a-first-api-key-of-more-than-32-bytes'
  const boardwalk = createBoardwalk({
    database: { ...database, query },
    apiKey,
    log: pino({ level: 'error', base: null }),
  })
  await boardwalk.fetch(
    new Request('http://boardwalk.test/api/admin/release/shop', {
      method: 'PUT',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ rolloutPercentage: 7 }),
    }),
  )
}
