// A demo's data: in memory, and whole in one JSON file after every change. A real shop has a database.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { AccountingApp, Language, Market, Plan, Role, Theme } from './choices.ts'
import { keptFile } from './kept-file.ts'
import type { Product } from './store-view.ts'

export type Person = {
  readonly id: string
  readonly shopId: string
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly language: Language
  readonly createdAt: string
  readonly verificationCode: string
  readonly emailVerified: boolean
}

/** `key`: the `Idempotency-Key` it was made with; the same request again makes no second one. */
type MadeOnce = { readonly key?: string | undefined }
export type Order = MadeOnce & { readonly number: string; readonly totalCents: number }

export type Shop = {
  readonly id: string
  readonly market: Market
  readonly plan: Plan
  readonly invitationCode: string
  readonly createdAt: string
  readonly products: readonly (Product & MadeOnce)[]
  readonly orders: readonly Order[]
  readonly publishedAt?: string
  readonly theme?: Theme
  readonly domain?: string
  readonly impressum?: string
  /** `told`: the event that it was created went out. */
  readonly integration?: { readonly id: string; readonly app: AccountingApp; readonly told: boolean }
  readonly payments?: { readonly holder: string; readonly country: Market; readonly ending: string }
}

/** The file never holds what a cookie holds. */
type Session = { readonly hash: string; readonly personId: string; readonly until: number }

type Kept = {
  readonly version: 1
  readonly people: readonly Person[]
  readonly shops: readonly Shop[]
  readonly sessions: readonly Session[]
  readonly webhookId?: string | undefined
}

export type Newcomer = Pick<Person, 'name' | 'email' | 'role' | 'language'>

export type Shops = {
  readonly person: (id: string) => Person | undefined
  readonly personByEmail: (email: string) => Person | undefined
  readonly shopOf: (person: Person) => Shop
  readonly shopByInvitation: (code: string) => Shop | undefined
  readonly members: (shop: Shop) => readonly Person[]
  /** A new person, in a new shop or in one they were invited to; undefined when somebody has the e-mail already. */
  readonly register: (
    newcomer: Newcomer,
    shop: Shop | Pick<Shop, 'market' | 'plan' | 'products'>,
  ) => Promise<Person | undefined>
  readonly changePerson: (person: Person, change: Partial<Person>) => Promise<Person>
  readonly changeShop: (shop: Shop, change: Partial<Shop>) => Promise<Shop>
  /** Answers the secret of a new session. Whoever has too many loses the oldest. */
  readonly signIn: (person: Person) => Promise<string>
  readonly signOut: (secret: string) => Promise<void>
  readonly signedIn: (secret: string) => Person | undefined
  /** Of the webhook by which Boardwalk tells this store what happens. */
  readonly webhookId: () => string | undefined
  readonly keepWebhookId: (id: string) => Promise<void>
}

export const sessionSeconds = 30 * 24 * 60 * 60
const mostSessions = 20

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
const newSecret = (bytes: number): string => randomBytes(bytes).toString('base64url')

const isKept = (value: unknown): value is Kept => {
  if (typeof value !== 'object' || value === null) return false
  const { version, people, shops, sessions } = value as Record<keyof Kept, unknown>
  const hasText = (name: string) => (one: unknown) =>
    typeof one === 'object' && one !== null && typeof Reflect.get(one, name) === 'string'
  return (
    version === 1 &&
    Array.isArray(shops) &&
    shops.every(hasText('invitationCode')) &&
    Array.isArray(people) &&
    people.every(hasText('email')) &&
    people.every(({ shopId }) => shops.some(({ id }) => id === shopId)) &&
    Array.isArray(sessions) &&
    sessions.every(hasText('hash'))
  )
}

const readKept = async (path: string): Promise<Kept> => {
  const content = await keptFile(path)
    .read()
    .catch((error: unknown) => {
      throw unreadable(path, error instanceof Error ? error.message : String(error))
    })
  if (content === undefined) return { version: 1, people: [], shops: [], sessions: [] }
  if (isKept(content)) return content
  throw unreadable(path, 'it is JSON, but not of this store')
}

/** The file of the store's data is there and makes no sense; it is left as it is. */
export class UnreadableData extends Error {
  override readonly name = 'UnreadableData'
}

const unreadable = (path: string, why: string): Error =>
  new UnreadableData(
    `The demo store cannot read its data in ${path}: ${why}. Repair the file, or move it away to start with an empty store.`,
  )

export const openShops = async (path: string, clock: () => number): Promise<Shops> => {
  const kept = await readKept(path)
  const people = new Map(kept.people.map((person) => [person.id, person]))
  const shops = new Map(kept.shops.map((shop) => [shop.id, shop]))
  const sessions = new Map(kept.sessions.map((session) => [session.hash, session]))
  const file = keptFile(path)
  let { webhookId } = kept

  const keep = (): Promise<void> =>
    file.write(() => {
      for (const { hash, until } of sessions.values()) if (until <= clock()) sessions.delete(hash)
      return {
        version: 1,
        people: [...people.values()],
        shops: [...shops.values()],
        sessions: [...sessions.values()],
        webhookId,
      }
    })
  const now = (): string => new Date(clock()).toISOString()
  const personByEmail = (email: string) => [...people.values()].find((person) => person.email === email)

  return {
    person: (id) => people.get(id),
    personByEmail,
    shopOf: ({ shopId }) => shops.get(shopId)!,
    shopByInvitation: (code) => [...shops.values()].find(({ invitationCode }) => invitationCode === code),
    members: ({ id }) => [...people.values()].filter(({ shopId }) => shopId === id),
    register: async (newcomer, place) => {
      if (personByEmail(newcomer.email)) return undefined
      const shop: Shop =
        'id' in place
          ? place
          : { ...place, id: randomUUID(), invitationCode: newSecret(9), createdAt: now(), orders: [] }
      const person: Person = {
        ...newcomer,
        id: randomUUID(),
        shopId: shop.id,
        createdAt: now(),
        verificationCode: newSecret(16),
        emailVerified: false,
      }
      shops.set(shop.id, shop)
      people.set(person.id, person)
      await keep()
      return person
    },
    changePerson: async ({ id }, change) => {
      const changed = { ...people.get(id)!, ...change }
      people.set(id, changed)
      await keep()
      return changed
    },
    changeShop: async ({ id }, change) => {
      const changed = { ...shops.get(id)!, ...change }
      shops.set(id, changed)
      await keep()
      return changed
    },
    signIn: async ({ id }) => {
      const secret = newSecret(32)
      const until = clock() + sessionSeconds * 1000
      const theirs = [...sessions.values()].filter(({ personId }) => personId === id)
      for (const { hash } of theirs.slice(0, 1 - mostSessions)) sessions.delete(hash)
      sessions.set(hashOf(secret), { hash: hashOf(secret), personId: id, until })
      await keep()
      return secret
    },
    signOut: async (secret) => {
      if (sessions.delete(hashOf(secret))) await keep()
    },
    signedIn: (secret) => {
      const session = sessions.get(hashOf(secret))
      return session && session.until > clock() ? people.get(session.personId) : undefined
    },
    webhookId: () => webhookId,
    keepWebhookId: async (id) => {
      webhookId = id
      await keep()
    },
  }
}
