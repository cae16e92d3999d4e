import type pg from 'pg'
import type { Query, Session } from './database.ts'
import { isConnectionLost, withCode } from './database-error.ts'
import { encodeValues } from './encode-values.ts'

// pg reads this; its types do not know it.
type TimedQuery = pg.QueryConfig & { query_timeout: number | undefined }

/**
 * A session on one client of pg, whatever carries its bytes: both adapters run every statement through here.
 * The read timeout is for a network that swallows packets; scripts have none, since a migration may take any time.
 */
export function clientSession(client: pg.ClientBase, readTimeoutMs?: number): Session {
  const query: Query = async <Row>(
    statement: { name: string; text: string },
    values: readonly unknown[] = [],
  ) => {
    const config: TimedQuery = {
      name: statement.name,
      text: statement.text,
      values: encodeValues(values),
      query_timeout: readTimeoutMs,
    }
    try {
      const result = await client.query(config)
      return result.rows as Row[]
    } catch (error) {
      throw withCode(error)
    }
  }

  async function script(sql: string): Promise<void> {
    try {
      await client.query(sql)
    } catch (error) {
      throw withCode(error)
    }
  }

  return { query, script }
}

const begin = { name: 'begin', text: 'begin' }
const commit = { name: 'commit', text: 'commit' }
const rollback = { name: 'rollback', text: 'rollback' }

/** Begin, work, commit; on a throw, roll back and pass the error on. `onBroken` is told when even the rollback failed. */
export async function inTransaction<T>(
  session: Session,
  work: (session: Session) => Promise<T>,
  onBroken: (error: Error) => void,
): Promise<T> {
  await session.query(begin)
  try {
    const result = await work(session)
    await session.query(commit)
    return result
  } catch (error) {
    // On a connection that is gone, or whose answer never came, a rollback would only wait; the server rolls back by itself.
    if (error instanceof Error && isConnectionLost(error)) onBroken(error)
    else await session.query(rollback).catch(onBroken)
    throw error
  }
}
