import type { Logger } from 'pino'
import { flowServed, guideOf, progressOf, situationOf } from '@boardwalk/engine'
import { drawInProgress, load, type Query } from '@boardwalk/store'
import type { LiveCatalogue } from '../road/live-catalogue.ts'

type Parts = {
  readonly query: Query
  readonly catalogue: LiveCatalogue
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly log: Logger
}

// What is told is at most this old, plus the time between two scrapes.
const restMs = 60_000
// Their shares are right within three points, and the engine decides on them in some milliseconds.
const mostDrawn = 1_000
const atOnce = 100

const buckets = ['0-25', '25-50', '50-75', '75-100'] as const

/** 25 belongs to `25-50`. */
export const bucketOf = (percent: number): string =>
  buckets[Math.min(3, Math.floor(percent / 25))] ?? buckets[0]

/** How many people are in the middle of a flow, by how far they are: looked up for whoever asks, once a minute at most. */
export const activeUsers = ({ query, catalogue, clock, log }: Parts) => {
  let known: ReadonlyMap<string, number> | undefined
  let lookedAt = -Infinity
  let looking = Promise.resolve()

  const look = async (): Promise<void> => {
    const { count, drawn } = await drawInProgress(query, mostDrawn)
    const met = new Map<string, number>(buckets.map((bucket) => [bucket, 0]))
    for (let first = 0; first < drawn.length; first += atOnce) {
      const asked = drawn.slice(first, first + atOnce)
      const { people, catalogueRevision } = await load(
        query,
        asked.map(({ userId }) => ({ userId, keys: [] })),
      )
      const world = { catalogue: await catalogue.at(catalogueRevision), now: clock() }
      asked.forEach(({ flow: name }, index) => {
        const person = people[index]?.person
        const enrolment = person?.enrolments.find(({ flow }) => flow === name)
        const flow = enrolment && flowServed(world.catalogue, enrolment)
        if (person === undefined || enrolment?.status !== 'in_progress' || flow === undefined) return
        const bucket = bucketOf(progressOf(guideOf(flow, enrolment, situationOf(person, world.now)).steps))
        met.set(bucket, (met.get(bucket) ?? 0) + 1)
      })
    }
    // Whoever left a flow meanwhile, or is in one that is gone, is not counted.
    const each = drawn.length > 0 ? count / drawn.length : 0
    known = new Map([...met].map(([bucket, people]) => [bucket, Math.round(people * each)]))
  }

  return {
    /** What is known; looks again if that is too old, for whoever asks next. */
    people: (): ReadonlyMap<string, number> | undefined => {
      if (performance.now() - lookedAt >= restMs) {
        lookedAt = performance.now()
        looking = look().catch((error: unknown) =>
          log.warn({ event: 'onboarding.upkeep_failed', err: error }, 'people are counted later'),
        )
      }
      return known
    },
    idle: () => looking,
  }
}
