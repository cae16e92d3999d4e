import {
  hearsNotices,
  heldBack,
  ownMigrations,
  readServerState,
  schemaDifferences,
  unappliedMigrations,
  type Database,
  type ServerState,
} from '@boardwalk/store'
import { messageOf } from '../command.ts'
import { bad, fine, warning, type Finding } from './finding.ts'

const oldestVersion = 150_000
const mostSkewMs = 1_000
const mostHeldBackSeconds = 30

const shown = (version: number): string => `${Math.floor(version / 10_000)}.${version % 10_000}`

const examineServer = (state: ServerState, connections: number): Finding[] => {
  const { version, unsafe, maxConnections, openConnections, isolation } = state
  const findings = [
    version >= oldestVersion
      ? fine('postgres_version', `PostgreSQL ${shown(version)}`)
      : bad('postgres_version', `PostgreSQL ${shown(version)}`, {
          expected: 'PostgreSQL 15 or newer',
          todo: 'upgrade the server',
        }),
  ]
  if (state.isStandby) {
    findings.push(
      bad('standby', 'The server is a standby: it follows another one and cannot be written', {
        expected: 'the primary',
        todo: 'name the primary in DATABASE_URL, or promote this server',
      }),
    )
  } else if (state.isReadOnly) {
    findings.push(
      bad('read_only', 'Transactions are read-only for this role or database', {
        expected: 'default_transaction_read_only off',
        todo: `alter role ${state.role} reset default_transaction_read_only (or the same of the database)`,
      }),
    )
  }
  if (isolation !== 'read committed') {
    findings.push(
      bad('isolation', `Transactions are "${isolation}" by default`, {
        expected:
          '"read committed": Boardwalk names what it read in what it writes, and tries again by itself',
        todo: 'reset default_transaction_isolation of the role, the database or the server',
      }),
    )
  }
  if (unsafe.length > 0) {
    findings.push(
      bad('durability', `${unsafe.join(' and ')} ${unsafe.length === 1 ? 'is' : 'are'} off`, {
        expected: 'on: otherwise a crash loses what was acknowledged, or the whole database',
        todo: 'set it to on in postgresql.conf (or for the role), and reload',
      }),
    )
  }
  const left = maxConnections - openConnections
  // Besides those of the pool one that listens; this doctor's own two are gone then.
  const needed = connections + 1
  if (maxConnections < needed || left + 2 < needed) {
    const found = `The server takes ${maxConnections} connections of this role, ${openConnections} are open`
    const mend = {
      expected: `${needed} free ones for each process (BOARDWALK_DATABASE_CONNECTIONS and one that listens)`,
      todo: 'raise max_connections, or set BOARDWALK_DATABASE_CONNECTIONS lower',
    }
    // Those that are open may be of the very processes that this is about.
    findings.push(
      maxConnections < needed ? bad('connections', found, mend) : warning('connections', found, mend),
    )
  }
  if (state.encoding !== 'UTF8') {
    findings.push(
      bad('encoding', `The database keeps text as ${state.encoding}`, {
        expected: 'UTF8',
        todo: "create database … encoding 'UTF8'",
      }),
    )
  }
  if (state.isCollationChanged) {
    findings.push(
      bad('collation', 'The system sorts texts otherwise than when the indexes of this database were made', {
        expected: 'the same version of the collation, or indexes made anew',
        todo: 'reindex database …; alter database … refresh collation version',
      }),
    )
  }
  return findings
}

const examineRole = (state: ServerState, schema: string): Finding[] => {
  const { role, closedTables, foreignTables, schemaExists } = state
  const findings: Finding[] = []
  if (state.isSuperuser) {
    findings.push(
      warning('superuser', `${role} is a superuser`, {
        expected: 'a role that owns its schema and nothing else',
        todo: `create role boardwalk login; alter schema ${schema} owner to boardwalk`,
      }),
    )
  }
  const mayCreate = schemaExists ? state.mayCreateTables : state.mayCreateSchemas
  if (!mayCreate) {
    findings.push(
      bad('create', `${role} may not create ${schemaExists ? `in the schema ${schema}` : 'a schema'}`, {
        expected: 'the right to migrate',
        todo: schemaExists
          ? `grant usage, create on schema ${schema} to ${role}`
          : `create schema ${schema} authorization ${role}`,
      }),
    )
  }
  if (closedTables.length > 0) {
    findings.push(
      bad(
        'tables',
        `${role} may not read and write ${closedTables.length} tables: ${closedTables.join(', ')}`,
        {
          expected: 'all rights on its own tables',
          todo: `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
        },
      ),
    )
  } else if (foreignTables.length > 0) {
    findings.push(
      warning('owner', `${role} does not own ${foreignTables.length} tables: ${foreignTables.join(', ')}`, {
        expected: 'the role that migrates to own them; another one may serve',
        todo: `alter table … owner to ${role}, or migrate as the role that owns them`,
      }),
    )
  }
  return findings.length > 0 ? findings : [fine('rights', `${role} may do what it must, and is no superuser`)]
}

/** A pooler that drops what a connection is opened with, and a server whose clock is wrong. */
const examineSession = (state: ServerState, skewMs: number): Finding[] => {
  const findings: Finding[] = []
  if (!state.seesSchema && state.schemaExists) {
    findings.push(
      bad('session', 'The schema is not on the search path, although each connection asks for it', {
        expected: 'settings that a connection is opened with to hold',
        todo: 'let the pooler between pass startup options on, or connect without it',
      }),
    )
  }
  if (!/^(etc\/)?(utc|gmt)$/i.test(state.timeZone)) {
    findings.push(
      bad('time_zone', `Times are written in ${state.timeZone}, although each connection asks for UTC`, {
        expected: 'UTC',
        todo: 'let the pooler between pass startup options on, or connect without it',
      }),
    )
  }
  const seconds = (skewMs / 1000).toFixed(1)
  findings.push(
    Math.abs(skewMs) <= mostSkewMs
      ? fine('clock', "The database's clock and ours agree")
      : bad('clock', `The database's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'after'} ours`, {
          expected: 'at most 1 s',
          todo: 'let both machines follow a time server (chrony, systemd-timesyncd)',
        }),
  )
  return findings
}

const examineSchema = async (database: Database, state: ServerState): Promise<Finding[]> => {
  const missing = await unappliedMigrations(database, await ownMigrations())
  if (missing.length > 0) {
    const names = missing.map(({ number, name }) => `${number} ${name}`).join(', ')
    return [
      bad('migrations', `Migrations are missing: ${names}`, {
        expected: 'all of this version',
        todo: 'run `boardwalk migrate`; serving does so by itself',
      }),
    ]
  }
  const differences = await schemaDifferences(database)
  const { invalidIndexes } = state
  return [
    fine('migrations', 'All migrations are applied'),
    differences.length === 0
      ? fine('schema', 'The schema is as the migrations made it')
      : bad('schema', `The schema was changed by hand:\n    ${differences.join('\n    ')}`, {
          expected: 'what the migrations make',
          todo: 'undo those changes, or restore a backup',
        }),
    // A role that may not read them has been told so.
    ...(state.closedTables.includes('happening') ? [] : [await examineReaders(database)]),
    ...invalidIndexes.map((index) =>
      bad('indexes', `The index ${index} is not valid`, {
        expected: 'indexes that are used and hold what they promise',
        todo: `reindex index concurrently ${index}`,
      }),
    ),
  ]
}

const examineNotices = async (database: Database): Promise<Finding> => {
  const mend = {
    expected: 'LISTEN and NOTIFY, by which processes tell each other what changed',
    todo: 'connect to the primary itself, or by a pooler that pools sessions, not transactions',
  }
  try {
    return (await hearsNotices(database))
      ? fine('notices', 'Notices come through')
      : bad('notices', 'A notice did not come back', mend)
  } catch (error) {
    return bad('notices', `Notices cannot be listened to: ${messageOf(error)}`, mend)
  }
}

/** What happened is told in the order of transactions: one that stays open holds all readers back. */
const examineReaders = async ({ query }: Database): Promise<Finding> => {
  const held = await heldBack(query)
  if (held === undefined || held.seconds < mostHeldBackSeconds)
    return fine('readers', 'No open transaction holds back what is told')
  return warning(
    'readers',
    `Webhooks, figures, Kafka and listeners are told nothing newer than a transaction that has been open for ${Math.round(held.seconds)} s (${held.by})`,
    {
      expected: 'transactions that write to end within seconds, in every database of the server',
      todo: 'commit it or roll it back; pg_terminate_backend, or rollback prepared, does so from outside',
    },
  )
}

/** All of an open database. Throws when it cannot be used at all. */
export const examineDatabase = async (database: Database, connections: number): Promise<Finding[]> => {
  // The first statement opens the connection, which must not count as a difference of clocks.
  await readServerState(database)
  const before = Date.now()
  const state = await readServerState(database)
  const after = Date.now()
  const skewMs = state.clockMs < before ? state.clockMs - before : Math.max(0, state.clockMs - after)
  return [
    fine('database', `The ${database.kind} database can be opened`),
    ...(database.kind === 'postgres'
      ? [...examineServer(state, connections), ...examineRole(state, database.schema)]
      : []),
    ...examineSession(state, skewMs),
    await examineNotices(database),
    ...(await examineSchema(database, state)),
  ]
}
