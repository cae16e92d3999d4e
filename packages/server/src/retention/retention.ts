import type { Logger } from 'pino'
import {
  deliveryPurges,
  purgeAlerts,
  purgeAudit,
  purgeBatch,
  purgeCheckWrites,
  purgeDeadLetters,
  purgeErasures,
  purgeErasuresWithoutKey,
  purgeRequests,
  purgeSavedAnswers,
  type Database,
  type Purge,
} from '@boardwalk/store'
import type { Kept } from './kept.ts'

const dayMs = 86_400_000
const firstMs = 60_000
const everyMs = 3_600_000
const batch = 5_000

const tasks = (kept: Kept): { readonly days: number; readonly purge: Purge }[] => [
  { days: kept.answers, purge: purgeSavedAnswers },
  { days: kept.deadLetters, purge: purgeDeadLetters },
  ...deliveryPurges.map((purge) => ({ days: kept.deliveries, purge })),
  { days: kept.health, purge: purgeRequests },
  { days: kept.health, purge: purgeAlerts },
  { days: kept.health, purge: purgeCheckWrites },
  ...(kept.erasures === undefined ? [] : [{ days: kept.erasures, purge: purgeErasures }]),
  { days: 0, purge: purgeErasuresWithoutKey },
]

/** Deletes all that is older than it may be, in batches. Ends early when another process is at it, or `mayGoOn` says no. */
export const purgeOld = async (
  database: Database,
  kept: Kept,
  now: number,
  mayGoOn: () => boolean = () => true,
): Promise<void> => {
  for (const { days, purge } of tasks(kept)) {
    let gone: number | undefined = batch
    while (gone === batch) {
      if (!mayGoOn()) return
      gone = await purgeBatch(database, purge, now - days * dayMs, batch)
      if (gone === undefined) return
    }
  }
  const before = new Date(now - kept.audit * dayMs).toISOString()
  while (mayGoOn() && (await purgeAudit(database, before)) > 0);
}

/** Keeps to it: soon after the start, then by the hour. Answers how to stop, which waits for a batch under way. */
export const startRetention = (
  database: Database,
  kept: Kept,
  clock: () => number,
  log: Logger,
): (() => Promise<void>) => {
  let isStopped = false
  let running = Promise.resolve()
  const purge = (): void => {
    running = running
      .then(() => purgeOld(database, kept, clock(), () => !isStopped))
      .catch((error: unknown) =>
        log.warn({ event: 'onboarding.upkeep_failed', err: error }, 'what is old is purged later'),
      )
  }
  const first = setTimeout(purge, firstMs).unref()
  const timer = setInterval(purge, everyMs).unref()
  return async () => {
    isStopped = true
    clearTimeout(first)
    clearInterval(timer)
    await running
  }
}
