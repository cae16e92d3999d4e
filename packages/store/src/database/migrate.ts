import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { quoteIdentifier, type Database, type Session } from './database.ts'
import { errorCode } from './database-error.ts'
import type { Migration } from './read-migrations.ts'

// While a migration waits for a table's lock, every statement on that table waits behind it. Better to give way and try again.
const tableLockTimeoutMs = 2_000
const lockAttempts = 30
const pauseMs = 500

type Applied = { number: number; name: string; sha256: string }

const ledgerExists = {
  name: 'migrate_ledger_exists',
  text: 'select to_regclass($1) is not null as found, to_regnamespace($2) is not null as schema_found',
}
const selectApplied = {
  name: 'migrate_applied',
  text: 'select number, name, sha256 from migration order by number',
}
const insertApplied = {
  name: 'migrate_insert',
  text: 'insert into migration (number, name, sha256) values ($1, $2, $3)',
}

/** Applies what is missing, each migration in its own transaction, and answers the numbers this process applied. Any number of processes may call it at once. */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<number[]> {
  const done: number[] = []
  for (;;) {
    const number = await retryingLocks(() =>
      database.transaction((session) => applyNext(database.schema, session, migrations)),
    )
    if (number === undefined) return done
    done.push(number)
  }
}

async function applyNext(
  schema: string,
  session: Session,
  migrations: readonly Migration[],
): Promise<number | undefined> {
  // Waiting for the winner may take as long as its migration does. In scripts, because a named statement has a read timeout.
  await session.script(
    'set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0',
  )
  await session.script(`select pg_advisory_xact_lock(${lockKey(schema)})`)
  await session.script(`set local lock_timeout = ${tableLockTimeoutMs}`)
  await ensureLedger(schema, session)
  const applied = await session.query<Applied>(selectApplied)
  refuseDifference(schema, applied, migrations)
  const next = migrations[applied.length]
  if (next === undefined) return undefined
  try {
    await session.script(next.sql)
  } catch (error) {
    throw migrationFailed(next, error)
  }
  await session.query(insertApplied, [next.number, next.name, sha256(next.sql)])
  return next.number
}

async function ensureLedger(schema: string, session: Session): Promise<void> {
  const quoted = quoteIdentifier(schema)
  const [state] = await session.query<{ found: boolean; schema_found: boolean }>(ledgerExists, [
    `${quoted}.migration`,
    quoted,
  ])
  if (state?.found) return
  // Not "if not exists": that asks for the right to create schemas even where an administrator has made this one.
  if (!state?.schema_found) await session.script(`create schema ${quoted}`)
  await session.script(`create table ${quoted}.migration (
    number int primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())`)
}

/** The code of the error that the database has other migrations than this version of the code. */
export const migrationsDiffer = 'MIGRATIONS_DIFFER'

const differ = (message: string): Error => Object.assign(new Error(message), { code: migrationsDiffer })

/** Applied migrations must be the first of ours, unchanged. */
function refuseDifference(
  schema: string,
  applied: readonly Applied[],
  migrations: readonly Migration[],
): void {
  applied.forEach((row, index) => {
    const own = migrations[index]
    if (own === undefined) {
      throw differ(
        `The schema ${schema} has migration ${row.number} (${row.name}), this version of the code knows ${migrations.length}: the database is newer. Start the newer version, or restore a backup.`,
      )
    }
    if (own.number !== row.number || sha256(own.sql) !== row.sha256) {
      throw differ(
        `Migration ${own.number} (${own.name}) differs from the one applied to schema ${schema} (${row.number}, ${row.name}): it was edited after it was merged. Undo the edit and write a new migration.`,
      )
    }
  })
}

async function retryingLocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (errorCode(error) !== '55P03' || attempt === lockAttempts) throw error
      await sleep(pauseMs)
    }
  }
}

function migrationFailed(migration: Migration, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error)
  return Object.assign(
    new Error(`Migration ${migration.number} (${migration.name}) failed and was rolled back: ${reason}`, {
      cause: error,
    }),
    { code: errorCode(error) },
  )
}

function lockKey(schema: string): bigint {
  return createHash('sha256').update(`boardwalk migrate ${schema}`).digest().readBigInt64BE()
}

/** Of the text with Unix line ends, so that a checkout on Windows is the same migration. */
function sha256(sql: string): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
}

/** What `migrate` would apply; changes nothing. */
export async function unappliedMigrations(
  database: Database,
  migrations: readonly Migration[],
): Promise<Migration[]> {
  const quoted = quoteIdentifier(database.schema)
  const [state] = await database.query<{ found: boolean }>(ledgerExists, [`${quoted}.migration`, quoted])
  if (!state?.found) return [...migrations]
  const applied = await database.query<Applied>(selectApplied)
  refuseDifference(database.schema, applied, migrations)
  return migrations.slice(applied.length)
}
