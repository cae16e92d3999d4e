import { hash } from 'node:crypto'
import { membersReading, type Query } from '@boardwalk/store'
import type { SharedRedis } from '../redis/open-redis.ts'
import { keptMs, type KnownAnswer } from './answer-cache.ts'

/** Whose answer, and which of theirs. */
type Place = { readonly userId: string; readonly key: string }

/** Answers that all processes know, in Redis: of each person the last that any of them made. */
export type SharedAnswers = {
  /** In order. While Redis is away, or silent, none is known. */
  readonly find: (places: readonly Place[]) => Promise<readonly (KnownAnswer | undefined)[]>
  /** Nobody waits for it. */
  readonly keep: (userId: string, key: string, known: KnownAnswer) => void
  /** Members of accounts in which this person settled something, who may read their name. */
  readonly readersOf: (userId: string) => Promise<string[]>
  readonly forget: (userIds: readonly string[]) => Promise<void>
}

export type SharedAnswersOptions = {
  readonly redis: SharedRedis
  readonly query: Query
  /** Tells this database and this version of the code from all others that may use the same Redis. */
  readonly identity: string
}

const digest = (...texts: string[]): string => hash('sha256', JSON.stringify(texts), 'base64url')
const digestLength = digest().length
// Keys of one command.
const pageLength = 1000

const ignore = (): void => undefined

export const sharedAnswers = ({ redis, query, identity }: SharedAnswersOptions): SharedAnswers => {
  const { client, keyPrefix, isAway } = redis
  const keyOf = (userId: string): string => `${keyPrefix}answer:${digest(identity, userId)}`
  // Whatever is not ours, of another answer, or damaged has another seal.
  const sealOf = (key: string, text: string): string => digest(identity, key, text)

  const read = (value: string | null, key: string): KnownAnswer | undefined => {
    if (value === null) return undefined
    const text = value.slice(digestLength)
    return value.startsWith(sealOf(key, text)) ? (JSON.parse(text) as KnownAnswer) : undefined
  }

  return {
    find: async (places) => {
      if (isAway()) return []
      try {
        const values = await client.mget(places.map(({ userId }) => keyOf(userId)))
        return places.map(({ key }, index) => read(values[index] ?? null, key))
      } catch {
        return []
      }
    },
    keep: (userId, key, known) => {
      if (isAway()) return
      const text = JSON.stringify(known)
      client.set(keyOf(userId), sealOf(key, text) + text, 'PX', keptMs).catch(ignore)
    },
    readersOf: (userId) => membersReading(query, userId),
    forget: async (userIds) => {
      for (let first = 0; first < userIds.length && !isAway(); first += pageLength)
        // What is left in a Redis that is away ends by itself.
        await client.unlink(userIds.slice(first, first + pageLength).map(keyOf)).catch(ignore)
    },
  }
}
