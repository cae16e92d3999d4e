import { insertApiKey, listApiKeys, revokeApiKey, type ApiKey, type Query } from '@boardwalk/store'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import { newApiKey } from '../identity/api-key.ts'

type Served = Pick<Handlers, 'createApiKey' | 'listApiKeys' | 'revokeApiKey'>

const present = ({ expiresAt, ...key }: ApiKey) => ({ ...key, ...(expiresAt !== null && { expiresAt }) })

export const apiKeyHandlers = (query: Query): Served => ({
  createApiKey: async ({ body }) => {
    const { id, key, verifier } = newApiKey()
    const { name, scopes, expiresAt = null } = body
    const made = await insertApiKey(query, { id, name, verifier, scopes, expiresAt })
    return { status: 201, body: { ...present(made), key } }
  },
  listApiKeys: async ({ query: { limit, cursor } }) => {
    const rows = await listApiKeys(query, positionAfter(cursor, /^[0-9a-f]{18}$/) ?? '', limit + 1)
    const page = pageOf(rows, limit, (row) => row.id)
    return { status: 200, body: { ...page, items: page.items.map(present) } }
  },
  revokeApiKey: async ({ path }) => {
    if (await revokeApiKey(query, path.id)) return { status: 204, body: null }
    throw new Failure('key_not_found', `There is no API key "${path.id}", or it is revoked already.`)
  },
})
