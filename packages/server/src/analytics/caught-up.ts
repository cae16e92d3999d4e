import { setTimeout as sleep } from 'node:timers/promises'
import { countedUpTo, newestHappening, type Query } from '@boardwalk/store'

const lookMs = 20

/** `asOf`: when the newest happening that is counted happened; null: none is. */
export type CaughtUp = { readonly asOf: string | null; readonly isCurrent: boolean }

/**
 * Waits until all that had happened when asked is counted, at most `timeoutMs`: whoever did something and then asks finds
 * it in the figures.
 */
export const caughtUp = async (query: Query, timeoutMs: number): Promise<CaughtUp> => {
  const newest = await newestHappening(query)
  if (newest === undefined) return { asOf: null, isCurrent: true }
  const until = performance.now() + timeoutMs
  for (;;) {
    const stands = await countedUpTo(query, newest)
    if (stands.isCurrent || performance.now() >= until) return stands
    await sleep(lookMs)
  }
}
