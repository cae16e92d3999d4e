import { disableGone, noteAnswer, noteFailure, type Database } from '@boardwalk/store'
import type { Tried } from './attempt.ts'
import { nextProbeAt } from './schedule.ts'

const enoughFailures = 3

/**
 * What a try says of the receiver as a whole. Only first tries and probes count as its failures: one message that it
 * will never take must not hold up the others.
 */
export const noteReceiver = async (
  database: Database,
  { head, receiver, waitMs }: Tried,
  clock: () => number,
): Promise<void> => {
  const { query } = database
  const { webhookId, probing, failures } = head.claim
  if (receiver === 'gone') await disableGone(database, webhookId, clock())
  if (receiver === 'answered' && (probing || failures > 0))
    await noteAnswer(query, webhookId, probing, clock())
  if (receiver === 'failed' && (probing || head.attempts === 0 || waitMs !== undefined)) {
    const step = probing ? Math.max(0, failures - enoughFailures) + 1 : 0
    const probeAt = nextProbeAt(step, clock(), waitMs, Math.random())
    const timeNamed = waitMs !== undefined
    await noteFailure(query, webhookId, { probing, probeAt, timeNamed, enough: enoughFailures })
  }
}
