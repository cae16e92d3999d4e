import { problemAt } from '@boardwalk/contract'
import {
  insertApiKey,
  listApiKeys,
  readApiKey,
  revokeApiKey,
  type ApiKey,
  type Query,
} from '@boardwalk/store'
import type { Called } from '../http/authenticate.ts'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { known } from '../http/known.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import { holderOf, newApiKey, type KeyHolder } from '../identity/api-key.ts'
import { excessOf } from '../identity/excess.ts'

type Served = Pick<Handlers, 'createApiKey' | 'listApiKeys' | 'revokeApiKey'>

const present = (key: ApiKey) => known(key)

const refuseExcess = (what: string, called: Called, key: KeyHolder): void => {
  const excess = called.kind === 'server' ? excessOf(key, called.key) : 'anything'
  if (excess !== undefined) throw new Failure('forbidden', `${what} can do more than this one: ${excess}.`)
}

/** When the key ends that asks. */
const endOf = (called: Called): string | null =>
  called.kind === 'server' && called.key.expiresAt !== null
    ? new Date(called.key.expiresAt).toISOString()
    : null

const refusePast = (body: { readonly expiresAt?: string | undefined }, now: number): void => {
  if (body.expiresAt === undefined || Date.parse(body.expiresAt) > now) return
  const problem = problemAt(body, ['expiresAt'], 'a time to come')
  throw new Failure('invalid_request', `The body does not fit. ${problem.message}`, { problems: [problem] })
}

export const apiKeyHandlers = (query: Query, clock: () => number): Served => ({
  createApiKey: async ({ body, called }) => {
    refusePast(body, clock())
    const { id, key, verifier } = newApiKey()
    const { name, role = null, scopes = [], expiresAt = endOf(called) } = body
    refuseExcess('The key asked for', called, holderOf({ id, role, scopes, expiresAt }))
    const made = await insertApiKey(query, { id, name, verifier, role, scopes, expiresAt })
    return { status: 201, body: { ...present(made), key } }
  },
  listApiKeys: async ({ query: { limit, cursor } }) => {
    const rows = await listApiKeys(query, positionAfter(cursor, /^[0-9a-f]{18}$/) ?? '', limit + 1)
    const page = pageOf(rows, limit, (row) => row.id)
    return { status: 200, body: { ...page, items: page.items.map(present) } }
  },
  revokeApiKey: async ({ path: { id }, called }) => {
    const key = await readApiKey(query, id)
    // How long it lasts does not matter for ending it.
    if (key !== undefined) refuseExcess('That key', called, { ...holderOf(key), expiresAt: 0 })
    if (key !== undefined && (await revokeApiKey(query, id))) return { status: 204, body: null }
    throw new Failure('key_not_found', `There is no API key "${id}", or it is revoked already.`)
  },
})
