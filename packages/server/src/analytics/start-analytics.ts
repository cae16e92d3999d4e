import type { Logger } from 'pino'
import { beginAnalytics, readAnalyticsState, type Database } from '@boardwalk/store'
import type { Announcer } from '../following/announce.ts'
import { followHappenings } from '../following/follow-happenings.ts'
import type { Metrics } from '../operation/metrics.ts'
import { caughtUp, type CaughtUp } from './caught-up.ts'
import { gateChecks } from './gate-checks.ts'
import { projectionHandlers } from './handlers.ts'
import { analyticsFollower } from './projector.ts'

type Parts = {
  readonly database: Database
  readonly clock: () => number
  readonly metrics: Pick<Metrics, 'showProjectionLag'>
  readonly log: Logger
  readonly announcer: Pick<Announcer, 'happened'>
  readonly figuresWaitMs?: number | undefined
}

const lookMs = 10_000
const usualFiguresWaitMs = 1_000

/** Counts what happens, and what gates are asked. */
export const startAnalytics = async (parts: Parts) => {
  const { database, clock, metrics, log, announcer, figuresWaitMs = usualFiguresWaitMs } = parts
  const { query } = database
  await beginAnalytics(query)
  const following = await followHappenings(database, analyticsFollower(database), log)
  const checks = gateChecks(database, clock, log)
  const look = async (): Promise<void> => {
    const { waitingSince } = await readAnalyticsState(query, 1)
    metrics.showProjectionLag(waitingSince === null ? 0 : Math.max(0, (clock() - waitingSince) / 1000))
  }
  const warn = (error: unknown): void =>
    log.warn({ event: 'onboarding.upkeep_failed', err: error }, 'the lag of the analytics is looked at later')
  const timer = setInterval(() => void look().catch(warn), lookMs).unref()
  return {
    checks,
    /** Whoever asks right after something happened finds it counted, mostly; then `isCurrent` says. */
    caughtUp: (): Promise<CaughtUp> => caughtUp(query, figuresWaitMs),
    handlers: projectionHandlers(database, announcer),
    stop: async () => {
      clearInterval(timer)
      await following.stop()
      await checks.stop()
    },
  }
}
