import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'

/** Answers SQL and says how long that took; Infinity: longer than it may. */
export type Peer = { readonly ask: (sql: string) => Promise<number>; readonly stop: () => Promise<void> }

const timeOutMs = 120_000
const timedOut = '57014'

const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** PostgreSQL, whose tables are those of this schema. */
export const startSql = async (url: string, schema: string): Promise<Peer> => {
  const client = new pg.Client({
    connectionString: url,
    options: `-c search_path=${schema} -c timezone=UTC -c statement_timeout=${timeOutMs}`,
  })
  await client.connect()
  return {
    ask: (sql) =>
      elapsed(() => client.query(sql)).catch((error) => {
        if (error.code === timedOut) return Infinity
        throw error
      }),
    stop: () => client.end(),
  }
}

/** What of each report view the questions need. */
const copied = {
  users: 'id, created_at',
  onboarding_events: 'id, user_id, event_type, step_id, version, metadata, correlation_id, created_at',
  UserOnboarding: 'user_id, flow_id, status, started_at, completed_at',
  UserOnboardingStep: 'user_id, flow_id, step_id, status, completed_at, metadata',
}

// Those of the design documents, with the primary keys.
const indexes = `
  alter table users add primary key (id);
  alter table onboarding_events add primary key (id);
  alter table UserOnboarding add primary key (user_id, flow_id);
  alter table UserOnboardingStep add primary key (user_id, flow_id, step_id);
  create index on onboarding_events (user_id, event_type);
  create index on onboarding_events (created_at);
  create index on onboarding_events (user_id, event_type, created_at);
  create index on onboarding_events (event_type, created_at);
  create index on onboarding_events (correlation_id) where correlation_id is not null;
  analyze;`

/** The report views' rows as tables, as the design documents have them. */
export const copyToTables = async (admin: pg.Client, schema: string): Promise<void> => {
  await admin.query('create schema plain')
  for (const [name, columns] of Object.entries(copied))
    await admin.query(`create table plain.${name} as select ${columns} from ${schema}_reports.${name}`)
  await admin.query('set search_path = plain')
  await admin.query(indexes)
  await admin.query('reset search_path')
}

const utc = (column: string): string => `${column} at time zone 'UTC' as ${column}`

/** Of a store by columns, those that are asked for: it reads no others anyway. */
const lean = {
  users: `id, ${utc('created_at')}`,
  onboarding_events: `user_id, event_type, step_id, ${utc('created_at')}`,
  UserOnboarding: `user_id, flow_id, status, ${utc('started_at')}, ${utc('completed_at')}`,
  UserOnboardingStep: 'user_id, flow_id, step_id, status',
}

/** The same tables in DuckDB, in a file of this folder, in which PostgreSQL may write. */
export const startDuckDb = async (admin: pg.Client, folder: string): Promise<Peer> => {
  const instance = await DuckDBInstance.create(join(folder, 'peer.duckdb'))
  const connection = await instance.connect()
  for (const [name, columns] of Object.entries(lean)) {
    const file = join(folder, `${name}.csv`)
    await admin.query(`copy (select ${columns} from plain.${name}) to '${file}' (format csv, header)`)
    await connection.run(`create table ${name} as select * from read_csv('${file}', header = true)`)
    await rm(file)
  }
  return {
    ask: (sql) => elapsed(() => connection.runAndReadAll(sql.replaceAll('timestamptz', 'timestamp'))),
    stop: async () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
