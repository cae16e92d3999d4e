// One process that counts what happens, until it is killed. The variant is what the proof must catch: it spoils what the
// product does, from outside of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { openDatabase, type Database, type Query, type Statement } from '@boardwalk/store'
import { analyticsFollower } from '../../src/analytics/projector.ts'
import { followHappenings } from '../../src/following/follow-happenings.ts'
import { stopWhenOrphaned } from '../../src/index.ts'

export type ProjectorWorker = {
  readonly url: string
  readonly schema: string
  readonly variant: 'sound' | 'cursor after counts'
}

const { url, schema, variant } = JSON.parse(process.argv[2] ?? '') as ProjectorWorker
// Short, so that the next process need not wait long for a dead one.
const leaseMs = 300
// Short as well, so that there are many for a kill to hit.
const pageLength = 250
// Longer than a kill takes to come after a page is told.
const pauseMs = 200

const database = await openDatabase({ url, schema, connections: 3 })

/** Tells of every page. */
const telling: Database = {
  ...database,
  transaction: (work) => {
    console.log('page')
    return database.transaction(work)
  },
}

/** Counts in one transaction, and moves the cursor in another one. */
const apart: Database = {
  ...database,
  transaction: async (work) => {
    let move: { statement: Statement; values: readonly unknown[] | undefined } | undefined
    const result = await database.transaction((session) => {
      const query: Query = async (statement, values) => {
        if (statement.name !== 'move_analytics') return session.query(statement, values)
        move = { statement, values }
        return []
      }
      return work({ ...session, query })
    })
    // Told only now, so that a kill comes between the two however long the page took.
    console.log('page')
    await sleep(pauseMs)
    if (move) await database.query(move.statement, move.values)
    return result
  },
}

await followHappenings(
  database,
  analyticsFollower(variant === 'sound' ? telling : apart, pageLength),
  pino({ level: 'error', base: null }),
  leaseMs,
)
stopWhenOrphaned(async () => process.exit())
