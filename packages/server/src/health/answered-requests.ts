import type { Logger } from 'pino'
import type { OperationRow } from '@boardwalk/contract'
import { addRequests, type AnsweredMinute, type Query } from '@boardwalk/store'

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

/** Counts requests that were answered, by the minute, and writes it down every two seconds. */
export const answeredRequests = (query: Query, clock: () => number, log: Logger): AnsweredRequests => {
  let counted = new Map<number, AnsweredMinute>()

  const add = ({ begins, requests, errors }: AnsweredMinute): void => {
    const before = counted.get(begins)
    if (before === undefined && counted.size >= mostMinutes) counted.delete(Math.min(...counted.keys()))
    counted.set(begins, {
      begins,
      requests: requests + (before?.requests ?? 0),
      errors: errors + (before?.errors ?? 0),
    })
  }

  const flush = async (): Promise<void> => {
    const taken = counted
    counted = new Map()
    try {
      await addRequests(query, [...taken.values()])
    } catch (error) {
      taken.forEach(add)
      log.warn({ event: 'onboarding.requests_not_counted', err: error }, 'will try again')
    }
  }

  let flushing = Promise.resolve()
  const timer = setInterval(() => {
    flushing = flushing.then(flush)
  }, flushMs).unref()

  return {
    flush,
    count: (status) =>
      add({
        begins: Math.floor(clock() / minuteMs) * minuteMs,
        requests: 1,
        errors: status >= 500 ? 1 : 0,
      }),
    stop: async () => {
      clearInterval(timer)
      await flushing
      await flush()
    },
  }
}
