import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { OperationRow } from '@boardwalk/contract'
import { writeRequests, type AnsweredMinute, type Query } from '@boardwalk/store'

export type AnsweredRequests = {
  readonly count: (status: number) => void
  /** Writes down what is counted; what cannot be written is kept. */
  readonly flush: () => Promise<void>
  readonly stop: () => Promise<void>
}

const minuteMs = 60_000
const flushMs = 2_000
// While the database is away: what is older tells no watch anything.
const mostMinutes = 60

/** Whose failing is a failing of the onboarding: not the team's routes, nor those that tell how things are. */
export const isOfOnboarding = ({ path }: Pick<OperationRow, 'path'>): boolean =>
  path.startsWith('/api/') && !path.startsWith('/api/admin/')

/** Counts requests that were answered, by the minute, and writes its totals down every two seconds. */
export const answeredRequests = (query: Query, clock: () => number, log: Logger): AnsweredRequests => {
  const process = randomUUID()
  const counted = new Map<number, AnsweredMinute>()
  const unwritten = new Set<number>()
  const minuteNow = (): number => Math.floor(clock() / minuteMs) * minuteMs

  const count = (status: number): void => {
    const begins = minuteNow()
    const { requests = 0, errors = 0 } = counted.get(begins) ?? {}
    counted.set(begins, { begins, requests: requests + 1, errors: errors + (status >= 500 ? 1 : 0) })
    unwritten.add(begins)
    const [oldest] = counted.keys()
    if (counted.size <= mostMinutes || oldest === undefined) return
    counted.delete(oldest)
    unwritten.delete(oldest)
  }

  const flush = async (): Promise<void> => {
    const minutes = [...unwritten].flatMap((begins) => counted.get(begins) ?? [])
    unwritten.clear()
    try {
      await writeRequests(query, process, minutes)
      for (const { begins } of minutes)
        if (begins < minuteNow() && !unwritten.has(begins)) counted.delete(begins)
    } catch (error) {
      // Perhaps they were written, and only the answer was lost.
      for (const { begins } of minutes) if (counted.has(begins)) unwritten.add(begins)
      log.warn({ event: 'onboarding.requests_not_counted', err: error }, 'will try again')
    }
  }

  let flushing = Promise.resolve()
  const timer = setInterval(() => {
    flushing = flushing.then(flush)
  }, flushMs).unref()

  return {
    flush,
    count,
    stop: async () => {
      clearInterval(timer)
      await flushing
      await flush()
    },
  }
}
