import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { nextMoment, type World } from '@boardwalk/engine'
import type { Loaded } from '@boardwalk/store'
import type { Metrics } from '../operation/metrics.ts'
import type { Journey, Outcome } from '../road/journey.ts'

export type AnswerCacheOptions = {
  /** Bytes of memory that answers may take in this process; default 32 MiB, 0: none is kept. */
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
  /** What the database is to compare with; empty: nothing will do. */
  readonly mark: string
  readonly body: string
}

export type AnswerCache = {
  /** What is known of each, in order. Whether it still holds is for the database to say. */
  readonly find: (journeys: readonly Journey[], now: number) => (Found | undefined)[]
  /** `stands`: what was found holds still. */
  readonly count: (found: Found, stands: boolean) => void
  /** Keeps the answer of a look that had nothing to write. */
  readonly keep: (journey: Journey, answered: Outcome | undefined, loaded: Loaded, world: World) => void
  readonly stop: () => void
}

const usualBytes = 32 * 2 ** 20
/** Nothing stays longer, whatever its mark: what is left of somebody erased, least of all. */
const keptMs = 300_000
const purgeMs = 60_000
// Key, entry and what the list of them takes, besides the texts.
const overheadBytes = 400

const keyOf = ({ userId, variant }: Journey): string | undefined =>
  variant === undefined ? undefined : hash('sha256', JSON.stringify([userId, variant]), 'base64url')

const none: Found = { outcome: 'miss', mark: '', body: '' }
const stale: Found = { ...none, outcome: 'stale' }

export const noAnswers: AnswerCache = {
  find: (journeys) => journeys.map(() => undefined),
  count: () => undefined,
  keep: () => undefined,
  stop: () => undefined,
}

export const createAnswerCache = (
  { mostBytes = usualBytes }: AnswerCacheOptions,
  metrics: Pick<Metrics, 'countAnswer' | 'showAnswerCache'>,
): AnswerCache => {
  if (mostBytes === 0) return noAnswers
  const memory = new LRUCache<string, KnownAnswer>({
    maxSize: mostBytes,
    sizeCalculation: ({ body, mark }) => overheadBytes + 2 * (body.length + mark.length),
    ttl: keptMs,
  })
  metrics.showAnswerCache(() => memory.calculatedSize)
  const purging = setInterval(() => memory.purgeStale(), purgeMs).unref()

  const found = (journey: Journey, now: number): Found | undefined => {
    const key = keyOf(journey)
    if (key === undefined) return undefined
    const known = memory.get(key)
    if (known === undefined) return none
    if (now < known.from || now >= known.until) return stale
    return { outcome: 'hit', mark: known.mark, body: known.body }
  }

  return {
    find: (journeys, now) => journeys.map((journey) => found(journey, now)),
    count: ({ outcome }, stands) => metrics.countAnswer(stands || outcome === 'miss' ? outcome : 'stale'),
    keep: (journey, outcome, { mark, revision, person }, world) => {
      const key = keyOf(journey)
      if (key === undefined || mark === null || revision === 0 || outcome?.kind !== 'answered') return
      const { body } = outcome.answer
      memory.set(key, { body, mark, from: world.now, until: nextMoment(world, person) })
    },
    stop: () => {
      clearInterval(purging)
      memory.clear()
    },
  }
}
