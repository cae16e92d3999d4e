import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { nextMoment, type World } from '@boardwalk/engine'
import type { Loaded } from '@boardwalk/store'
import type { Metrics } from '../operation/metrics.ts'
import type { Journey, Outcome } from '../road/journey.ts'
import type { SharedAnswers } from './answers-in-redis.ts'

export type AnswerCacheOptions = {
  /** Bytes of memory that answers may take in this process; default 32 MiB. 0: none is kept, nor shared in Redis. */
  readonly mostBytes?: number
}

/** An answer, and what has to hold for it to be given again. Times are milliseconds since 1970. */
export type KnownAnswer = {
  readonly body: string
  /** At which the person stood when it was made. */
  readonly mark: string
  readonly from: number
  /** Exclusive: from then on the clock alone may have changed it. */
  readonly until: number
}

/** Whether an answer was known: by this process, by another, no longer, or not at all. */
export type Found = {
  readonly outcome: 'hit' | 'shared' | 'stale' | 'miss'
  readonly known?: KnownAnswer | undefined
}

export type AnswerCache = {
  /** What is known for each, in order; undefined where nobody may keep it. Whether it still holds is for the database to say. */
  readonly find: (journeys: readonly Journey[], now: number) => Promise<readonly (Found | undefined)[]>
  /** To be told what the database said. */
  readonly found: (journey: Journey, found: Found, stands: boolean) => void
  /** Keeps the answer of a look that had nothing to write. */
  readonly keep: (journey: Journey, outcome: Outcome | undefined, loaded: Loaded, world: World) => void
  /** Erases the person, and then what is known of them and of those who may read their name. */
  readonly forgetting: <T>(userId: string, erase: () => Promise<T>) => Promise<T>
  readonly stop: () => void
}

const usualBytes = 32 * 2 ** 20
/** Nothing is given for longer, whatever its mark. */
export const keptMs = 300_000
const purgeMs = 60_000
// Of an entry, besides its texts.
const overheadBytes = 400

export const noAnswers: AnswerCache = {
  find: async (journeys) => journeys.map(() => undefined),
  found: () => undefined,
  keep: () => undefined,
  forgetting: (_, erase) => erase(),
  stop: () => undefined,
}

const keyOf = ({ userId, variant }: Journey): string =>
  variant === undefined ? '' : hash('sha256', JSON.stringify([userId, variant]), 'base64url')

/** Those of other processes' memories are no longer given; they go when they have been there long enough. */
const forgettingIn =
  (shared: SharedAnswers | undefined, forgetOwn: () => void): AnswerCache['forgetting'] =>
  async (userId, erase) => {
    const readers = (await shared?.readersOf(userId)) ?? []
    const erased = await erase()
    forgetOwn()
    await shared?.forget([userId, ...readers])
    return erased
  }

export const createAnswerCache = (
  { mostBytes = usualBytes }: AnswerCacheOptions,
  metrics: Pick<Metrics, 'countAnswer' | 'showAnswerCache'>,
  shared?: SharedAnswers,
): AnswerCache => {
  if (mostBytes === 0) return { ...noAnswers, forgetting: forgettingIn(shared, () => undefined) }
  const memory = new LRUCache<string, KnownAnswer>({
    maxSize: mostBytes,
    sizeCalculation: ({ body, mark }) => overheadBytes + 2 * (body.length + mark.length),
    ttl: keptMs,
  })
  metrics.showAnswerCache(() => memory.calculatedSize)
  // What nobody asks for any more goes, too: it is somebody's data.
  const purging = setInterval(() => memory.purgeStale(), purgeMs).unref()

  const fromOthers = async (
    journeys: readonly Journey[],
    found: readonly (Found | undefined)[],
  ): Promise<readonly (KnownAnswer | undefined)[]> => {
    const missed = journeys.filter((_, index) => found[index]?.outcome === 'miss')
    if (shared === undefined || missed.length === 0) return []
    const theirs = await shared.find(
      missed.map((journey) => ({ userId: journey.userId, key: keyOf(journey) })),
    )
    const byJourney = new Map(missed.map((journey, index) => [journey, theirs[index]]))
    return journeys.map((journey) => byJourney.get(journey))
  }

  const foundAs = (outcome: 'hit' | 'shared', known: KnownAnswer | undefined, now: number): Found => {
    if (known === undefined) return { outcome: 'miss' }
    return now >= known.from && now < known.until ? { outcome, known } : { outcome: 'stale' }
  }

  return {
    find: async (journeys, now) => {
      const own = journeys.map((journey) =>
        journey.variant === undefined ? undefined : foundAs('hit', memory.get(keyOf(journey)), now),
      )
      const others = await fromOthers(journeys, own)
      return own.map((found, index) => (others[index] ? foundAs('shared', others[index], now) : found))
    },
    found: (journey, { outcome, known }, stands) => {
      metrics.countAnswer(stands || outcome === 'miss' ? outcome : 'stale')
      if (stands && outcome === 'shared' && known) memory.set(keyOf(journey), known)
    },
    keep: (journey, outcome, { mark, revision, person }, world) => {
      if (journey.variant === undefined || mark === null || revision === 0 || outcome?.kind !== 'answered')
        return
      const { body } = outcome.answer
      const until = Math.min(nextMoment(world, person), world.now + keptMs)
      const key = keyOf(journey)
      const known = { body, mark, from: world.now, until }
      memory.set(key, known)
      shared?.keep(journey.userId, key, known)
    },
    forgetting: forgettingIn(shared, () => memory.clear()),
    stop: () => {
      clearInterval(purging)
      memory.clear()
    },
  }
}
