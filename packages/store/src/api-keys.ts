import type { Query } from './database/database.ts'

export type ApiKey = {
  readonly id: string
  readonly name: string
  readonly role: string | null
  readonly scopes: readonly string[]
  readonly createdAt: string
  readonly expiresAt: string | null
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const columns = `
  id, name, role, scopes, ${iso('created_at')} as "createdAt", ${iso('expires_at')} as "expiresAt"`

const insertStatement = {
  name: 'insert_api_key',
  text: `
    insert into api_key (id, name, verifier, scopes, created_at, expires_at, role)
    values ($1, $2, $3, $4::text[], now(), $5::timestamptz, $6)
    returning ${columns}`,
}

/** Stores a key by the hash of its secret. `expiresAt` is ISO 8601, or null for never. */
export const insertApiKey = async (
  query: Query,
  key: {
    id: string
    name: string
    verifier: Uint8Array
    role: string | null
    scopes: readonly string[]
    expiresAt: string | null
  },
): Promise<ApiKey> => {
  const [row] = await query<ApiKey>(insertStatement, [
    key.id,
    key.name,
    key.verifier,
    key.scopes,
    key.expiresAt,
    key.role,
  ])
  if (row === undefined) throw new Error('The new API key was not returned')
  return row
}

export type FoundKey = {
  readonly id: string
  readonly verifier: Uint8Array
  readonly role: string | null
  readonly scopes: readonly string[]
  readonly expiresAt: string | null
}

const findStatement = {
  name: 'find_api_key',
  text: `
    select id, verifier, role, scopes, ${iso('expires_at')} as "expiresAt" from api_key
    where id = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
}

/** The key if it is neither revoked nor expired. */
export const findApiKey = async (query: Query, id: string): Promise<FoundKey | undefined> =>
  (await query<FoundKey>(findStatement, [id]))[0]

const readStatement = {
  name: 'read_api_key',
  text: `select ${columns} from api_key where id = $1 and revoked_at is null`,
}

/** The key if it is not revoked. */
export const readApiKey = async (query: Query, id: string): Promise<ApiKey | undefined> =>
  (await query<ApiKey>(readStatement, [id]))[0]

const listStatement = {
  name: 'list_api_keys',
  text: `select ${columns} from api_key where id > $1 and revoked_at is null order by id limit $2::int`,
}

/** Keys that are not revoked, in order of their ids, those after `after`. */
export const listApiKeys = (query: Query, after: string, limit: number): Promise<ApiKey[]> =>
  query<ApiKey>(listStatement, [after, limit])

const revokeStatement = {
  name: 'revoke_api_key',
  text: 'update api_key set revoked_at = now() where id = $1 and revoked_at is null returning id',
}

/** False when there is no such key, or it is revoked already. */
export const revokeApiKey = async (query: Query, id: string): Promise<boolean> =>
  (await query(revokeStatement, [id])).length === 1
