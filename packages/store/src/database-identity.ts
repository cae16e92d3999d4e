import type { Query } from './database/database.ts'

// When each migration was applied is no other database's, and changes with the tables.
const identityStatement = {
  name: 'database_identity',
  text: `
    select encode(sha256(convert_to(string_agg(number || ' ' || extract(epoch from applied_at), ',' order by number), 'UTF8')), 'hex') as identity
    from migration`,
}

/** Tells this database, with the tables as they are now, from all others. */
export const databaseIdentity = async (query: Query): Promise<string> =>
  (await query<{ identity: string }>(identityStatement))[0]?.identity ?? ''

const originStatement = {
  name: 'database_origin',
  text: 'select extract(epoch from applied_at)::text as origin from migration order by number limit 1',
}

/** Tells this database from all others, whatever its tables are by now: processes of several versions say the same. */
export const databaseOrigin = async (query: Query): Promise<string> =>
  (await query<{ origin: string }>(originStatement))[0]?.origin ?? ''
