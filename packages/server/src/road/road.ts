import {
  isConnectionLost,
  isSerializationFailure,
  isTimedOut,
  refuseOvertaken,
  type Change,
  type Database,
  type Session,
} from '@boardwalk/store'
import { noAnswers, type AnswerCache } from '../answers/answer-cache.ts'
import type { Journey, Outcome } from './journey.ts'
import { createLane } from './lane.ts'
import type { LiveCatalogue } from './live-catalogue.ts'
import { lookTogether } from './look.ts'
import { failAt, lose, setOut, travelTogether, type Group, type Traveller } from './together.ts'
import { traceSteps } from './trace-steps.ts'

/** The one way a person's onboarding is read and changed: load, decide, commit; on a lost race again. */
export type Road = {
  readonly travel: (journey: Journey) => Promise<Outcome>
  /**
   * A transaction in which many travel together, so that what they change stands or falls with what else `work` writes.
   * Nothing has happened before it is over; if it throws, nothing will have. `work` may be called with the same journeys
   * again in another transaction.
   */
  readonly inTransaction: <T>(
    work: (session: Session, travel: (journeys: readonly Journey[]) => Promise<Outcome[]>) => Promise<T>,
  ) => Promise<T>
  /** Resolves when every journey under way has arrived. */
  readonly idle: () => Promise<void>
}

export type RoadOptions = {
  readonly database: Database
  readonly catalogue: LiveCatalogue
  /** Of looks that had nothing to write; absent: none is kept. */
  readonly answers?: AnswerCache
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Told what was committed, once, after it was. */
  readonly onCommitted: (change: Change) => void
}

// Others who change the same people mostly let one of the next tries through.
const mostTries = 5

// 500 rows a statement is the knee measured on two cores; beyond, a batch only makes its first member wait.
const batchLimit = 500

export const createRoad = ({
  database,
  catalogue,
  answers = noAnswers,
  clock,
  onCommitted,
}: RoadOptions): Road => {
  const onDatabase = { query: database.query, catalogue, clock }

  const onWritten = (group: Group): void => {
    onCommitted(group.change)
    traceSteps(group)
  }

  const run = async (travellers: readonly Traveller[]): Promise<readonly Traveller[]> => {
    try {
      return await travelTogether(travellers, onDatabase, onWritten)
    } catch (error) {
      const waiting = travellers.filter((traveller) => !traveller.arrived)
      if (isSerializationFailure(error)) return lose(waiting)
      if (waiting.length === 1 || isConnectionLost(error) || isTimedOut(error)) {
        waiting.forEach((traveller) => failAt(traveller, error))
        return []
      }
      // One of them made the statement fail; alone, it fails alone.
      const again: Traveller[] = []
      for (const traveller of waiting) again.push(...(await run([traveller])))
      return again
    }
  }

  const key = ({ journey }: Traveller): string => journey.userId
  const slots = database.kind === 'embedded' ? 1 : 2
  const writing = createLane<Traveller>({ slots, limit: batchLimit, key, run })

  const look = async (travellers: readonly Traveller[]): Promise<readonly Traveller[]> => {
    try {
      const changing = await lookTogether(travellers, onDatabase, answers)
      changing.forEach(writing.push)
    } catch (error) {
      travellers.forEach((traveller) => failAt(traveller, error))
    }
    return []
  }

  // Reads never wait for the commits of others: most of them find nothing to write.
  const reading = createLane<Traveller>({ slots, limit: batchLimit, run: look })

  const travel = (journey: Journey): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const lane = journey.mayChange ? writing : reading
      lane.push(setOut(journey, { arrive: resolve, fail: reject }))
    })

  const tryInTransaction: Road['inTransaction'] = async (work) => {
    const written: Group[] = []
    const result = await database.transaction(async (session) => {
      const { query } = session
      const onLoaded = (userIds: readonly string[]): Promise<void> => refuseOvertaken(query, userIds)
      const within = { query, catalogue, clock, onLoaded }
      return work(session, async (journeys) => {
        const arrivals = journeys.map((journey) => awaited(journey))
        let travellers: Traveller[] = arrivals.map(({ traveller }) => traveller)
        while (travellers.length > 0)
          travellers = await travelTogether(travellers, within, (group) => written.push(group))
        return Promise.all(arrivals.map(({ outcome }) => outcome))
      })
    })
    written.forEach(onWritten)
    return result
  }

  const inTransaction: Road['inTransaction'] = async (work) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await tryInTransaction(work)
      } catch (error) {
        if (!isSerializationFailure(error) || tries === mostTries) throw error
      }
    }
  }

  return {
    travel,
    inTransaction,
    idle: async () => {
      await reading.idle()
      await writing.idle()
    },
  }
}

const awaited = (journey: Journey): { traveller: Traveller; outcome: Promise<Outcome> } => {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  // Whoever waits for the outcomes is told; a statement that fails meanwhile tells them first.
  promise.catch(() => undefined)
  return { traveller: setOut(journey, { arrive: resolve, fail: reject }), outcome: promise }
}
