import type { AliasEvent } from '@boardwalk/contract'
import { lockPeople, mergeAssignments } from '@boardwalk/store'
import type { Announcer } from '../following/announce.ts'
import type { Road } from '../road/road.ts'

/**
 * The road for a person who was known by another id before: with them travels what the ledger has of that one.
 *
 * A change on the road is one person's and is guarded by that person's revision; this one takes rows from one person and
 * gives them to another, so it is a transaction around the road that locks both. It raises both revisions: who decided
 * meanwhile, on a read of either of them, has lost and decides again on the merged rows.
 */
export const mergingPeople = (
  road: Road,
  { previousId, userId }: AliasEvent,
  { changed }: Pick<Announcer, 'changed'>,
): Pick<Road, 'travel'> => ({
  travel: async (journey) => {
    const { outcome, isMerged } = await road.inTransaction(async ({ query }, travel) => {
      const known = await lockPeople(query, [previousId, userId])
      const [outcome] = await travel([journey])
      if (outcome === undefined) throw new Error('A journey has no outcome')
      // Who becomes known under the previous id only now comes after this, and is not locked.
      const merges = outcome.kind === 'answered' && known.includes(previousId)
      return { outcome, isMerged: merges && (await mergeAssignments(query, previousId, userId)) }
    })
    if (isMerged) changed({ people: [previousId, userId], accounts: [] })
    return outcome
  },
})
