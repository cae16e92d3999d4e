// One process that watches releases, until it is killed. It tells of every statement of a decision, and takes its time
// before it. The variant is what the proof must catch: it spoils what the product does, from outside of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { openDatabase, type Database, type Query } from '@boardwalk/store'
import { startWatch } from '../../src/health/watch.ts'
import { stopWhenOrphaned } from '../../src/index.ts'

export type WatchWorker = {
  readonly url: string
  readonly schema: string
  readonly variant: 'sound' | 'statement by statement'
}

const { url, schema, variant } = JSON.parse(process.argv[2] ?? '') as WatchWorker
const pauseMs = 10

const database = await openDatabase({ url, schema, connections: 3 })

const telling =
  (query: Query): Query =>
  async (statement, values) => {
    console.log(statement.name)
    await sleep(pauseMs)
    return query(statement, values)
  }

const told: Database = {
  ...database,
  transaction: (work) =>
    variant === 'sound'
      ? database.transaction((session) => work({ ...session, query: telling(session.query) }))
      : work({ query: telling(database.query), script: async () => undefined }),
}

startWatch({
  database: told,
  clock: Date.now,
  log: pino({ level: 'error', base: null }),
  announcer: { changed: () => undefined, happened: () => undefined },
  checkMs: 100,
  whileHeld: () => undefined,
})
stopWhenOrphaned(async () => process.exit())
