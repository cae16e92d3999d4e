import pg from 'pg'
import { clientSession, inTransaction } from './client-session.ts'
import { quoteIdentifier, type Database, type Query, type Session } from './database.ts'
import { errorCode, isConnectionLost, withCode } from './database-error.ts'
import { postgresListener } from './postgres-listener.ts'
import { transactionScope } from './transaction-scope.ts'
import { valueTypes } from './value-types.ts'

export type PostgresOptions = {
  readonly url: string
  readonly schema?: string
  /** 8 to 10 for each core of the database server over all processes; 32 were slower than 8. */
  readonly connections?: number
  readonly applicationName?: string
  /** The server ends a statement after this time, the client gives up 5 s later. A script has no limit of the client's, so that a migration can lift the server's. */
  readonly statementTimeoutMs?: number
  readonly connectTimeoutMs?: number
}

// What a dead network may take longer than the server's own timeout before the client gives up.
const readGraceMs = 5_000
const idleConnectionMs = 300_000

export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const {
    schema = 'boardwalk',
    connections = 8,
    statementTimeoutMs = 10_000,
    connectTimeoutMs = 5_000,
  } = options
  const startupOptions = sessionSettings(schema, statementTimeoutMs)
  const readTimeoutMs = statementTimeoutMs + readGraceMs
  const config: pg.ClientConfig = {
    connectionString: withStartupOptions(options.url, startupOptions),
    options: startupOptions,
    application_name: options.applicationName ?? 'boardwalk',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: valueTypes,
  }
  const pool = new pg.Pool({ ...config, max: connections, idleTimeoutMillis: idleConnectionMs })
  // A client that loses its server while nobody waits on it emits 'error', which ends the process when nobody listens. The pool drops it by itself.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const listener = postgresListener(() => new pg.Client(config))
  const scope = transactionScope()
  let closing: Promise<void> | undefined

  async function onClient<T>(
    work: (client: pg.PoolClient, onBroken: (error: Error) => void) => Promise<T>,
  ): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw withCode(error)
    })
    let broken: Error | undefined
    try {
      return await work(client, (error) => (broken = error))
    } catch (error) {
      if (error instanceof Error && (isConnectionLost(error) || isStalePlan(error))) broken = error
      throw error
    } finally {
      client.release(broken)
    }
  }

  const query: Query = async <Row>(
    statement: { name: string; text: string },
    values?: readonly unknown[],
  ) => {
    scope.refuseInside('query')
    return onClient((client) => clientSession(client, readTimeoutMs).query<Row>(statement, values))
  }

  async function transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    scope.refuseInside('transaction')
    return onClient((client, onBroken) =>
      inTransaction(
        clientSession(client, readTimeoutMs),
        (session) => scope.run(() => work(session)),
        onBroken,
      ),
    )
  }

  async function close(): Promise<void> {
    closing ??= Promise.all([listener.close(), pool.end()]).then(() => {})
    return closing
  }

  return {
    kind: 'postgres',
    schema,
    connections: () => ({
      open: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      most: connections,
    }),
    query,
    transaction,
    listen: listener.listen,
    close,
  }
}

/** After a migration in another process, a prepared `select` may answer other columns than before; a new connection prepares it anew. */
function isStalePlan(error: Error): boolean {
  return errorCode(error) === '0A000' && error.message.includes('cached plan')
}

/** Settings travel in the startup message: no extra round trip, and a pooler that resets a session resets to them. */
function sessionSettings(schema: string, statementTimeoutMs: number): string {
  const settings = {
    search_path: quoteIdentifier(schema),
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    statement_timeout: String(statementTimeoutMs),
    plan_cache_mode: 'force_generic_plan',
    // Generic plans look dearer than they are: compiling one takes longer than all that it then does.
    jit: 'off',
  }
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\\s]/g, String.raw`\$&`)}`)
    .join(' ')
}

/** Options in the address would replace ours as a whole. */
function withStartupOptions(url: string, own: string): string {
  if (!/[?&]options=/.test(url)) return url
  const address = new URL(url)
  address.searchParams.set('options', `${address.searchParams.get('options') ?? ''} ${own}`)
  return address.href
}
