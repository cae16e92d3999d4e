// One process that takes events from Kafka, until SIGTERM. The variants are what the proof must catch: they spoil what
// the product does, from outside of it.
import { pino } from 'pino'
import { openDatabase, type Database, type Query, type Statement } from '@boardwalk/store'
import { createBoardwalk, stopOnSignal, stopWhenOrphaned } from '../../src/index.ts'

export type IntakeWorker = {
  readonly url: string
  readonly schema: string
  readonly brokers: readonly string[]
  readonly groupId: string
  readonly topic: string
  readonly variant: 'sound' | 'offset before effect' | 'no ids'
}

const settings = JSON.parse(process.argv[2] ?? '') as IntakeWorker
const { url, schema, brokers, groupId, topic, variant } = settings
// Long beside the work of a batch, so that a kill seldom misses it.
const pauseMs = 1_500

const database = await openDatabase({ url, schema, connections: 4 })
const beside = await openDatabase({ url, schema, connections: 1 })

/** The position is moved and committed first, and the effect follows when it follows. */
const offsetFirst =
  (query: Query): Query =>
  async <Row>(statement: Statement, values?: readonly unknown[]) => {
    if (statement.name !== 'advance_kafka_position') return query<Row>(statement, values)
    const rows = await beside.query<Row>(statement, values)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    return rows
  }

/** Which of the values of `commit_changes` are the answers to keep: `$7`. */
const answersAt = 6

/** No answer is kept, so that no id is ever known. */
const withoutIds =
  (query: Query): Query =>
  (statement, values = []) =>
    query(statement, statement.name === 'commit_changes' ? values.with(answersAt, '[]') : values)

const spoilt: Database = {
  ...database,
  transaction: (work) =>
    database.transaction((session) =>
      work({
        ...session,
        query:
          variant === 'no ids'
            ? withoutIds(session.query)
            : variant === 'offset before effect'
              ? offsetFirst(session.query)
              : session.query,
      }),
    ),
}

const boardwalk = createBoardwalk({
  database: variant === 'sound' ? database : spoilt,
  log: pino({ level: 'error', base: null }),
  kafka: {
    brokers,
    groupId,
    sources: [{ topic, event: '$.type', eventId: '$.id' }],
    sessionMs: Number(process.env['PROOF_SESSION_MS'] ?? 3_000),
  },
})
const stop = async (): Promise<void> => {
  await boardwalk.stop()
  await Promise.all([database.close(), beside.close()])
}
stopOnSignal(stop)
stopWhenOrphaned(stop)
await boardwalk.start()
console.log('started')
