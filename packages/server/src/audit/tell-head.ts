import type { Logger } from 'pino'
import { auditHead, type Query } from '@boardwalk/store'

const hourMs = 3_600_000

/**
 * Logs the end of the audit log at once and every hour. Whoever owns the database could write all of it anew; not so that it
 * fits an end that is kept elsewhere.
 */
export const tellHead = (query: Query, log: Logger): (() => void) => {
  const tell = (): void => {
    auditHead(query).then(
      ({ seq, hash }) => log.info({ event: 'onboarding.audit_head', seq, hash }),
      (error: unknown) => log.warn({ event: 'onboarding.audit_failed', err: error }, 'the end is told later'),
    )
  }
  tell()
  const timer = setInterval(tell, hourMs).unref()
  return () => clearInterval(timer)
}
