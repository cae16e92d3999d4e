import { setTimeout as sleep } from 'node:timers/promises'
import { quoteIdentifier, type Database } from './database/database.ts'

/** What an administrator may have set in a way that Boardwalk cannot work with, or not safely. */
export type ServerState = {
  /** As PostgreSQL numbers them: 150004 is 15.4. */
  readonly version: number
  readonly role: string
  readonly isSuperuser: boolean
  readonly isStandby: boolean
  readonly isReadOnly: boolean
  readonly isolation: string
  readonly timeZone: string
  readonly encoding: string
  /** Those of `fsync`, `full_page_writes` and `synchronous_commit` that are off. */
  readonly unsafe: readonly string[]
  readonly maxConnections: number
  /** Of all clients, this one included. */
  readonly openConnections: number
  readonly seesSchema: boolean
  readonly schemaExists: boolean
  readonly mayCreateSchemas: boolean
  readonly mayCreateTables: boolean
  /** Tables of ours that the role may not read and write. */
  readonly closedTables: readonly string[]
  /** Tables of ours that the role does not own, so that it cannot migrate them. */
  readonly foreignTables: readonly string[]
  readonly invalidIndexes: readonly string[]
  /** The system sorts texts otherwise than when the indexes were made. */
  readonly isCollationChanged: boolean
  readonly clockMs: number
}

const statement = {
  name: 'server_state',
  text: `
    with ours as (
      select c.oid, c.relname, c.relowner from pg_class c
      where c.relnamespace = to_regnamespace($2) and c.relkind in ('r', 'p')
    )
    select
      current_setting('server_version_num')::int as version,
      current_user::text as role,
      coalesce((select rolsuper from pg_roles where rolname = current_user), false) as "isSuperuser",
      pg_is_in_recovery() as "isStandby",
      current_setting('transaction_read_only') = 'on' as "isReadOnly",
      current_setting('default_transaction_isolation') as isolation,
      current_setting('TimeZone') as "timeZone",
      current_setting('server_encoding') as encoding,
      array(
        select name::text from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) name
        where current_setting(name) = 'off'
      ) as unsafe,
      least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
        (select nullif(rolconnlimit, -1) from pg_roles where rolname = current_user),
        (select nullif(datconnlimit, -1) from pg_database where datname = current_database())
      ) as "maxConnections",
      (select count(*)::int from pg_stat_activity where datid is not null) as "openConnections",
      current_schema() is not distinct from $1 as "seesSchema",
      to_regnamespace($2) is not null as "schemaExists",
      has_database_privilege(current_database(), 'create') as "mayCreateSchemas",
      coalesce(has_schema_privilege(to_regnamespace($2)::oid, 'create'), false) as "mayCreateTables",
      array(
        select relname::text from ours
        where not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
          and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))
        order by relname
      ) as "closedTables",
      array(select relname::text from ours where not pg_has_role(relowner, 'usage') order by relname) as "foreignTables",
      array(
        select i.indexrelid::regclass::text from pg_index i join ours on ours.oid = i.indrelid
        where not i.indisvalid order by 1
      ) as "invalidIndexes",
      coalesce((
        select datcollversion <> pg_database_collation_actual_version(oid) from pg_database where datname = current_database()
      ), false) as "isCollationChanged",
      extract(epoch from clock_timestamp())::float8 * 1000 as "clockMs"`,
}

/** Looks at the server without changing anything. Throws when it is older than what can be asked, or away. */
export const readServerState = async (database: Database): Promise<ServerState> => {
  const [state] = await database.query<ServerState>(statement, [
    database.schema,
    quoteIdentifier(database.schema),
  ])
  if (state === undefined) throw new Error('The database answered nothing')
  return state
}

const notifyStatement = { name: 'server_notify', text: 'select pg_notify($1, $2)' }
const patienceMs = 3_000

/** Whether a notice comes through: a pooler between may swallow it, and a standby sends none. */
export const hearsNotices = async (database: Database): Promise<boolean> => {
  const channel = `${database.schema}_doctor`
  const patience = new AbortController()
  let heard = (): void => {}
  const notice = new Promise<boolean>((resolve) => (heard = () => resolve(true)))
  const forget = await database.listen(channel, heard)
  try {
    await database.query(notifyStatement, [channel, ''])
    return await Promise.race([notice, sleep(patienceMs, false, { signal: patience.signal })])
  } finally {
    patience.abort()
    await forget()
  }
}
