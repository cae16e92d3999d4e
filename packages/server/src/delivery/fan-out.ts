import { fanOut, type Database } from '@boardwalk/store'
import type { Mover } from '../following/follow-happenings.ts'

/** Makes deliveries of happenings. */
export const webhookFollower = (database: Database, clock: () => number, wake: () => void): Mover => ({
  name: 'webhooks',
  move: async (holder, from, limit) => {
    const moved = await fanOut(database.query, { name: 'webhooks', holder, from }, limit, clock())
    if (moved.queued > 0) wake()
    return moved
  },
})
