import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { clientSession } from './client-session.ts'
import { quoteIdentifier, type Session } from './database.ts'
import { EmbeddedStream } from './embedded-stream.ts'
import { valueTypes } from './value-types.ts'

/** The one session of a PGlite, shared in turns: statements run at once unless a transaction holds it. */
export type EmbeddedSession = {
  readonly client: pg.Client
  /** Sends a statement when no transaction holds the session. The search path is set to `schema` first where it was another. */
  readonly run: <T>(schema: string, work: (session: Session) => Promise<T>) => Promise<T>
  /** Keeps everybody else out until `work` has ended. */
  readonly hold: <T>(schema: string, work: (session: Session) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

const settings = "set timezone = 'UTC'; set datestyle = 'ISO'; set plan_cache_mode = 'force_generic_plan'"

/** `directory` is locked by the caller. `template`: a dump of an empty PGlite, which saves an in-memory one the seconds of its creation. */
export async function startEmbeddedSession({
  directory,
  template,
}: { directory?: string; template?: string } = {}): Promise<EmbeddedSession> {
  // The same folder holds .ts from source and .js when built.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  // The host's own options (--input-type, loaders) are not for this file, and some keep a worker from starting.
  const worker = new Worker(new URL(`./embedded-worker.${extension}`, import.meta.url), {
    workerData: { directory, template },
    execArgv: [],
  })
  const [message] = await Promise.race([once(worker, 'message'), once(worker, 'exit')])
  if (message !== 'ready')
    throw new Error(`The embedded database did not start: its thread ended with code ${String(message)}`)
  const client = new pg.Client({ ...clientConfig, stream: () => new EmbeddedStream(worker) })
  client.on('error', () => {})
  await client.connect()
  const session = clientSession(client)
  await session.script(settings)
  let path = ''
  let free: Promise<void> = Promise.resolve()
  let holders = 0

  function inSchema(schema: string): Session {
    if (schema !== path) {
      path = schema
      // Sent ahead of the statement on the same session; it can only fail when the session is lost, which the statement reports.
      session.script(`set search_path = ${quoteIdentifier(schema)}`).catch(() => {})
    }
    return session
  }

  async function run<T>(schema: string, work: (session: Session) => Promise<T>): Promise<T> {
    if (holders > 0) await free
    return work(inSchema(schema))
  }

  async function hold<T>(schema: string, work: (session: Session) => Promise<T>): Promise<T> {
    const turn = free
    const { promise, resolve } = Promise.withResolvers<void>()
    free = promise
    holders++
    await turn
    try {
      return await work(inSchema(schema))
    } finally {
      holders--
      resolve()
    }
  }

  async function close(): Promise<void> {
    await free
    await client.end()
  }

  return { client, run, hold, close }
}

// The stream needs no address; pg would look for them in the environment and a password file otherwise. Pipelined, because all callers share one session.
const clientConfig = {
  user: 'postgres',
  database: 'postgres',
  host: 'embedded',
  password: '',
  pipeline: true,
  types: valueTypes,
} satisfies pg.ClientConfig & { pipeline: boolean }
