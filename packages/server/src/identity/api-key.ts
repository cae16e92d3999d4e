import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { scopeNames, scopesOfRole, type Scope } from '@boardwalk/contract'
import { findApiKey, isConnectionLost, isTimedOut, type ApiKey, type Query } from '@boardwalk/store'

/** Who calls with an API key: `id` is safe to log and to keep, the secret is not part of it. */
export type KeyHolder = {
  readonly id: string
  readonly role: string | null
  /** Those of the role, too. */
  readonly scopes: ReadonlySet<string>
  /** In milliseconds since 1970; null: never. */
  readonly expiresAt: number | null
}

/** What a stored key may do now: a role has what this version of Boardwalk gives it. */
export const holderOf = ({
  id,
  role,
  scopes,
  expiresAt,
}: Pick<ApiKey, 'id' | 'role' | 'scopes' | 'expiresAt'>): KeyHolder => ({
  id,
  role,
  scopes: new Set([...scopes, ...scopesOfRole(role ?? '')]),
  expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
})

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** `bwk_<id>_<secret>`: the id selects the row, the secret (256 bits) is checked against its hash. */
export const newApiKey = (): { id: string; key: string; verifier: Uint8Array } => {
  const id = randomBytes(9).toString('hex')
  const secret = randomBytes(32).toString('hex')
  return { id, key: `bwk_${id}_${secret}`, verifier: digest(secret) }
}

const shape = /^bwk_([0-9a-f]{18})_([0-9a-f]{64})$/

// While the database is away, a key that was good this long ago is still good: only so can a gate that is not critical
// let pass, as it must. While the database answers, each call asks it, and a revoked key ends at once.
const trustedMs = 60_000
// An unknown id is answered as slowly as a wrong secret.
const nobodys = randomBytes(32)
const mostTrusted = 1_000

/** Looks keys up. The first key, from the configuration, needs no database. */
export const apiKeys = (query: Query, firstKey: string | undefined, clock: () => number) => {
  const first = firstKey === undefined ? undefined : digest(firstKey)
  const all: KeyHolder = {
    id: 'first',
    role: 'admin',
    scopes: new Set<Scope>(scopeNames),
    expiresAt: null,
  }
  const trusted = new Map<string, { readonly holder: KeyHolder; readonly until: number }>()

  const look = async (id: string, secret: string): Promise<KeyHolder | undefined> => {
    const row = await findApiKey(query, id)
    const fits = timingSafeEqual(digest(secret), Buffer.from(row?.verifier ?? nobodys))
    return row !== undefined && fits ? holderOf(row) : undefined
  }

  const remember = (key: string, holder: KeyHolder | undefined): void => {
    trusted.delete(key)
    if (holder === undefined) return
    if (trusted.size >= mostTrusted) trusted.clear()
    trusted.set(key, { holder, until: Math.min(clock() + trustedMs, holder.expiresAt ?? Infinity) })
  }

  return async (key: string): Promise<KeyHolder | undefined> => {
    if (first !== undefined && timingSafeEqual(digest(key), first)) return all
    const [, id, secret] = shape.exec(key) ?? []
    if (id === undefined || secret === undefined) return undefined
    const remembered = digest(key).toString('base64')
    try {
      const holder = await look(id, secret)
      remember(remembered, holder)
      return holder
    } catch (error) {
      const known = trusted.get(remembered)
      if (known !== undefined && clock() < known.until && (isConnectionLost(error) || isTimedOut(error)))
        return known.holder
      throw error
    }
  }
}
