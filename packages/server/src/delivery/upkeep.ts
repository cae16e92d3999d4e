import type { Logger } from 'pino'
import { waitingDeliveries, type Query } from '@boardwalk/store'
import type { Metrics } from '../operation/metrics.ts'

const lookMs = 10_000

/** Keeps the figures of what waits up to date. */
export const deliveryUpkeep = (
  query: Query,
  clock: () => number,
  metrics: Pick<Metrics, 'showWaiting'>,
  log: Logger,
): (() => void) => {
  const warn = (error: unknown): void =>
    log.warn({ event: 'onboarding.upkeep_failed', err: error }, 'deliveries are looked after later')
  const look = async (): Promise<void> => {
    const { count, oldestAt } = await waitingDeliveries(query)
    metrics.showWaiting(count, oldestAt === null ? 0 : Math.max(0, (clock() - oldestAt) / 1000))
  }
  const timer = setInterval(() => void look().catch(warn), lookMs).unref()
  return () => clearInterval(timer)
}
