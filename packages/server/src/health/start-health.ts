import type { Logger } from 'pino'
import type { Database } from '@boardwalk/store'
import type { Announcer } from '../following/announce.ts'
import { answeredRequests } from './answered-requests.ts'
import { healthHandlers } from './handlers.ts'
import { createOutbound, type OutboundOptions } from '../outbound/outbound.ts'
import { startWatch } from './watch.ts'

export type WatchOptions = {
  /** Milliseconds from one check of all flows to the next. Default 15,000. */
  readonly checkMs?: number
}

type Parts = {
  readonly database: Database
  readonly clock: () => number
  readonly log: Logger
  readonly announcer: Pick<Announcer, 'changed' | 'happened'>
  readonly watch?: WatchOptions | undefined
  /** How receivers are called. */
  readonly outbound?: OutboundOptions | undefined
}

const usualCheckMs = 15_000

/** Counts what is answered, judges releases by it, and tells those who look after them. */
export const startHealth = ({ database, clock, log, announcer, watch = {}, outbound: options }: Parts) => {
  const outbound = createOutbound(options)
  const requests = answeredRequests(database.query, clock, log)
  const { checkMs = usualCheckMs } = watch
  const watching = startWatch({ database, clock, log, announcer, checkMs, whileHeld: () => undefined })
  return {
    requests,
    handlers: healthHandlers({ database, clock, outbound }),
    stop: async () => {
      await watching.stop()
      await requests.stop()
      outbound.stop()
    },
  }
}
