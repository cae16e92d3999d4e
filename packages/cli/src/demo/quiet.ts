import { setTimeout as sleep } from 'node:timers/promises'
import {
  listWebhooks,
  mostWebhooks,
  readAccountHappenings,
  readAnalyticsState,
  readerPlace,
  type Query,
} from '@boardwalk/store'

const lookMs = 200

const members = 'account-members'

/** Whether some process serves on this database. */
export const isServed = async (query: Query): Promise<boolean> =>
  (await readerPlace(query, members))?.isHeld ?? false

/** Addresses that would be told of all that is played. */
export const addressesTold = async (query: Query): Promise<string[]> =>
  (await listWebhooks(query, null, mostWebhooks))
    .filter(({ status }) => status !== 'disabled')
    .map(({ url }) => url)

const isBehind = async (query: Query): Promise<boolean> => {
  const place = await readerPlace(query, members)
  return place === undefined || (await readAccountHappenings(query, place, 1)).length > 0
}

/** Waits until the members of every account have been told of what the others did. */
export const membersTold = async (query: Query, isStopped: () => boolean): Promise<void> => {
  while (!isStopped() && (await isBehind(query))) await sleep(lookMs)
}

/** Waits until all that happened is in the figures. */
export const allCounted = async (query: Query, isStopped: () => boolean): Promise<void> => {
  while (!isStopped() && (await readAnalyticsState(query, 1)).waiting > 0) await sleep(lookMs)
}
