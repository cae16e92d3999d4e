import type { Logger } from 'pino'
import { readerLags, type Query } from '@boardwalk/store'
import type { Metrics } from '../operation/metrics.ts'

const lookMs = 10_000

/** Keeps the figure of how far behind the readers are that are followed here. */
export const watchReaders = (
  query: Query,
  names: readonly string[],
  clock: () => number,
  metrics: Pick<Metrics, 'showReaderLags'>,
  log: Logger,
): (() => void) => {
  const look = async (): Promise<void> => {
    const now = clock()
    const lags = await readerLags(query, names)
    metrics.showReaderLags(
      new Map(
        lags.map(({ name, waitingSince }) => [
          name,
          waitingSince === null ? 0 : Math.max(0, (now - waitingSince) / 1000),
        ]),
      ),
    )
  }
  const timer = setInterval(
    () =>
      void look().catch((error: unknown) =>
        log.warn({ event: 'onboarding.upkeep_failed', err: error }, 'the lag of readers is looked at later'),
      ),
    lookMs,
  ).unref()
  return () => clearInterval(timer)
}
