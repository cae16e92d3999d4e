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
