import { settleAll } from '@boardwalk/engine'
import { membersInProgress, readAccountHappenings, type Database, type Happened } from '@boardwalk/store'
import type { Road } from '../road/road.ts'
import type { Follower } from './follow-happenings.ts'

const pageLength = 200

type Shared = { readonly accountId: string; readonly flow: string; readonly correlationId: string }

/** Each account's flow in which something was settled, once. */
const sharedFlows = (happened: readonly Happened[]): Shared[] => {
  const shared = new Map<string, Shared>()
  for (const { id, accountId, flow, correlationId } of happened) {
    if (accountId === null || flow === null) continue
    shared.set(JSON.stringify([accountId, flow]), { accountId, flow, correlationId: correlationId ?? id })
  }
  return [...shared.values()]
}

/** What one member did for the account may complete the onboarding of the others. */
export const accountMembers = (database: Database, road: Road): Follower => {
  const settle = (userId: string, correlationId: string) =>
    road.travel({
      userId,
      claims: {},
      correlationId,
      writes: true,
      mayChange: false,
      knownOnly: true,
      decide: settleAll,
      present: () => ({ status: 200, body: '' }),
    })

  const settleMembers = async ({ accountId, flow, correlationId }: Shared): Promise<void> => {
    let after = ''
    for (;;) {
      const members = await membersInProgress(database.query, accountId, flow, after, pageLength)
      await Promise.all(members.map((userId) => settle(userId, correlationId)))
      const last = members.at(-1)
      if (last === undefined || members.length < pageLength) return
      after = last
    }
  }

  return {
    name: 'account-members',
    read: readAccountHappenings,
    handle: async (happened) => {
      for (const shared of sharedFlows(happened)) await settleMembers(shared)
    },
  }
}
