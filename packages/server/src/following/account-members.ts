import { completeImported, settleAll } from '@boardwalk/engine'
import { membersInProgress, readAccountHappenings, type Database, type Happened } from '@boardwalk/store'
import type { Road } from '../road/road.ts'
import type { Follower } from './follow-happenings.ts'

const pageLength = 200
// Accounts that are seen to at once: their members share the road's batches, and requests still find room between them.
const mostAtOnce = 50

type Shared = {
  readonly accountId: string
  readonly flow: string
  readonly correlationId: string
  /** All that was settled in it was imported. */
  readonly imported: boolean
}

/** Each account's flow in which something was settled, once. */
const sharedFlows = (happened: readonly Happened[]): Shared[] => {
  const shared = new Map<string, Shared>()
  for (const { id, accountId, flow, correlationId, data } of happened) {
    if (accountId === null || flow === null) continue
    const key = JSON.stringify([accountId, flow])
    const imported = data['source'] === 'import' && (shared.get(key)?.imported ?? true)
    shared.set(key, { accountId, flow, correlationId: correlationId ?? id, imported })
  }
  return [...shared.values()]
}

/** What one member did for the account may complete the onboarding of the others. */
export const accountMembers = (database: Database, road: Road): Follower => {
  const settle = (userId: string, { flow, correlationId, imported }: Shared) =>
    road.travel({
      userId,
      claims: {},
      correlationId,
      writes: true,
      mayChange: false,
      knownOnly: true,
      // What was imported happened long ago: nobody is told now that they were offered what they have not seen.
      decide: imported ? (world, person) => completeImported(world, person, flow) : settleAll,
      present: () => ({ status: 200, body: '' }),
    })

  const settleMembers = async (shared: Shared): Promise<void> => {
    const { accountId, flow } = shared
    let after = ''
    for (;;) {
      const members = await membersInProgress(database.query, accountId, flow, after, pageLength)
      await Promise.all(members.map((userId) => settle(userId, shared)))
      const last = members.at(-1)
      if (last === undefined || members.length < pageLength) return
      after = last
    }
  }

  return {
    name: 'account-members',
    read: readAccountHappenings,
    handle: async (happened) => {
      const all = sharedFlows(happened)
      for (let first = 0; first < all.length; first += mostAtOnce)
        await Promise.all(all.slice(first, first + mostAtOnce).map(settleMembers))
    },
  }
}
