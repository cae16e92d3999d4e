import { resolve } from 'node:path'
import { inTransaction } from './client-session.ts'
import { quoteIdentifier, type Database, type Query, type Session } from './database.ts'
import { lockDirectory } from './directory-lock.ts'
import { embeddedUpkeep } from './embedded-upkeep.ts'
import { startEmbeddedSession, type EmbeddedSession } from './embedded-session.ts'
import { transactionScope } from './transaction-scope.ts'

export type EmbeddedOptions = {
  /** Absent: in memory, gone with the process. A killed process loses nothing that was committed; a power cut may (PGlite does not fsync). */
  readonly directory?: string
  readonly schema?: string
}

export type EmbeddedDatabase = Database & {
  /** VACUUM (ANALYZE) and a checkpoint now; both happen by themselves while the database is open. */
  readonly vacuum: () => Promise<void>
}

export async function openEmbedded({
  directory,
  schema = 'boardwalk',
}: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  if (directory === undefined) {
    const session = await startEmbeddedSession()
    return embeddedDatabase(session, schema, session.close)
  }
  const lock = await lockDirectory(directory)
  try {
    const session = await startEmbeddedSession({ directory: resolve(directory) })
    return embeddedDatabase(session, schema, async () => {
      await session.close()
      await lock.release()
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** The test kit opens many databases, each in its own schema, on one session, because starting PGlite takes seconds. */
export function embeddedDatabase(
  session: EmbeddedSession,
  schema: string,
  end: () => Promise<void>,
): EmbeddedDatabase {
  const scope = transactionScope()
  const wakes = new Map<string, Set<(payload: string) => void>>()
  const upkeep = embeddedUpkeep(session, schema)
  let closing: Promise<void> | undefined

  const notified = (notice: { channel: string; payload?: string | undefined }) => {
    for (const wake of wakes.get(notice.channel) ?? []) wake(notice.payload ?? '')
  }
  session.client.on('notification', notified)

  const query: Query = async <Row>(
    statement: { name: string; text: string },
    values?: readonly unknown[],
  ) => {
    scope.refuseInside('query')
    return session.run(schema, ({ query }) => query<Row>(statement, values))
  }

  async function transaction<T>(work: (inside: Session) => Promise<T>): Promise<T> {
    scope.refuseInside('transaction')
    // A rollback fails only when the session is lost, and then every later statement says so.
    return session.hold(schema, (inside) =>
      inTransaction(
        inside,
        (own) => scope.run(() => work(own)),
        () => {},
      ),
    )
  }

  async function listen(channel: string, onNotice: (payload: string) => void): Promise<() => Promise<void>> {
    await session.run(schema, ({ script }) => script(`listen ${quoteIdentifier(channel)}`))
    const wake = (payload: string) => onNotice(payload)
    wakes.set(channel, (wakes.get(channel) ?? new Set()).add(wake))
    // Not unlistened: another database on this session may listen as well, and an unheard notice costs nothing here.
    return async () => void wakes.get(channel)?.delete(wake)
  }

  async function close(): Promise<void> {
    upkeep.stop()
    session.client.off('notification', notified)
    closing ??= end()
    return closing
  }

  return {
    kind: 'embedded',
    schema,
    query,
    transaction,
    listen,
    close,
    vacuum: upkeep.vacuum,
  }
}
