import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, inject, onTestFinished, TestRunner } from 'vitest'
import { quoteIdentifier, type Database } from '../src/database/database.ts'
import { startEmbeddedSession, type EmbeddedSession } from '../src/database/embedded-session.ts'
import { embeddedDatabase } from '../src/database/open-embedded.ts'
import { openPostgres } from '../src/database/open-postgres.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

export type OpenOptions = {
  /** Absent: a fresh one, dropped at the end. Given: a second database on the same schema, as another process would have. */
  readonly schema?: string
  readonly connections?: number
}
export type OpenDatabase = (options?: OpenOptions) => Promise<Database>

/** Runs the same suite on the embedded database and on real PostgreSQL. All that was opened is closed after the suite. */
export function forEachDatabase(suite: (name: string, open: OpenDatabase) => void): void {
  describe('on embedded PostgreSQL', () => {
    let session: Promise<EmbeddedSession>
    // One PGlite for a test file: starting one takes 0.3 s from the template and seconds without, a schema a millisecond.
    beforeAll(async () => {
      const template = inject('embeddedTemplate')
      session = startEmbeddedSession(template === undefined ? {} : { template })
      await session
    })
    const open = openedFor(async (schema) => embeddedDatabase(await session, schema, async () => {}))
    suite('embedded', open)
    afterAll(async () => (await session).close())
  })
  onPostgres('PostgreSQL', inject('postgresUrl'), suite)
  if (process.env['BOARDWALK_TEST_POSTGRES_15'] === '1')
    onPostgres('PostgreSQL 15', inject('postgres15Url'), suite)
}

/** For suites that need the address itself: killed backends, several processes. */
export function forEachPostgres(suite: (name: string, url: string, open: OpenDatabase) => void): void {
  onPostgres('PostgreSQL', inject('postgresUrl'), (name, open, url) => suite(name, url, open))
  if (process.env['BOARDWALK_TEST_POSTGRES_15'] === '1')
    onPostgres('PostgreSQL 15', inject('postgres15Url'), (name, open, url) => suite(name, url, open))
}

export function freshSchema(): string {
  return `test_${randomUUID().replaceAll('-', '')}`
}

function onPostgres(
  name: string,
  url: string | null,
  suite: (name: string, open: OpenDatabase, url: string) => void,
): void {
  describe.skipIf(url === null)(`on ${name}`, () => {
    const address = url ?? ''
    const open = openedFor((schema, { connections = 4 }) =>
      openPostgres({ url: address, schema, connections, applicationName: schema }),
    )
    suite(name, open, address)
  })
}

function openedFor(openIn: (schema: string, options: OpenOptions) => Promise<Database>): OpenDatabase {
  const ofSuite: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of ofSuite.reverse()) await close()
  })
  return async (options = {}) => {
    const schema = options.schema ?? freshSchema()
    const database = await openIn(schema, options)
    // Closed with the test that opened it: a file of many tests would otherwise take all connections of the server.
    const atEnd =
      TestRunner.getCurrentTest() === undefined
        ? (close: () => Promise<void>) => ofSuite.push(close)
        : onTestFinished
    if (options.schema !== undefined) {
      atEnd(database.close)
      return database
    }
    await database.transaction(({ script }) => script(`create schema ${quoteIdentifier(schema)}`))
    atEnd(async () => {
      // One in memory is gone with its session.
      if (database.kind === 'postgres') await dropSchemas(database)
      await database.close()
    })
    return database
  }
}

async function dropSchemas({ schema, transaction }: Database): Promise<void> {
  await transaction(async ({ script }) => {
    for (const one of [schema, `${schema}_reports`])
      await script(`drop schema if exists ${quoteIdentifier(one)} cascade`)
  }).catch(() => {})
}
