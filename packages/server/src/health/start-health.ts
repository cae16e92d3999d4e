import type { Logger } from 'pino'
import type { Database } from '@boardwalk/store'
import type { CaughtUp } from '../analytics/caught-up.ts'
import type { Announcer } from '../following/announce.ts'
import { answeredRequests } from './answered-requests.ts'
import { healthHandlers } from './handlers.ts'
import { createOutbound, type OutboundOptions } from '../outbound/outbound.ts'
import { createMailer, type MailOptions } from '../outbound/mail.ts'
import { tellReceivers } from './tell-receivers.ts'
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
  /** Resolves when what happened is counted, or is waited for no longer. */
  readonly caughtUp: () => Promise<CaughtUp>
  readonly watch?: WatchOptions | undefined
  /** How receivers are called. */
  readonly outbound?: OutboundOptions | undefined
  /** Absent: nobody is told by e-mail. */
  readonly mail?: MailOptions | undefined
}

const usualCheckMs = 15_000

/** Counts what is answered, judges releases by it, and tells those who look after them. */
export const startHealth = (parts: Parts) => {
  const { database, clock, log, announcer, caughtUp, watch = {}, mail } = parts
  const outbound = createOutbound(parts.outbound)
  const mailer = mail && createMailer(mail)
  const telling = tellReceivers({ query: database.query, outbound, mailer, clock, log })
  const requests = answeredRequests(database.query, clock, log)
  const { checkMs = usualCheckMs } = watch
  const watching = startWatch({ database, clock, log, announcer, checkMs, whileHeld: telling.tell })
  return {
    requests,
    handlers: healthHandlers({ database, clock, outbound, hasMail: mail !== undefined, caughtUp }),
    stop: async () => {
      await watching.stop()
      await telling.stop()
      await requests.stop()
      outbound.stop()
    },
  }
}
