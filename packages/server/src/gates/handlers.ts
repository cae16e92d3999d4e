import { gatesIn, isCriticalGate } from '@boardwalk/engine'
import { isUnavailable } from '../http/failures.ts'
import type { Reply } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Verbs } from '../http/verbs.ts'
import { forPerson } from '../onboarding/requester.ts'
import type { Metrics } from '../operation/metrics.ts'
import type { LiveCatalogue } from '../road/live-catalogue.ts'
import { askGate, type GateCounts } from './ask-gate.ts'

const blockedHeaders = { 'content-type': 'application/problem+json' }

export const gateHandlers = (
  verbs: Verbs,
  metrics: Metrics,
  catalogue: LiveCatalogue,
  counts: GateCounts,
): Pick<Handlers, 'checkGate' | 'listGates'> => ({
  checkGate: async ({ body, ...input }): Promise<Reply> => {
    try {
      const reply = await askGate(verbs, counts, body, forPerson(body.userId, input))
      return reply.status === 409 ? { ...reply, headers: blockedHeaders } : reply
    } catch (error) {
      // Only what nobody could find out may let pass; what the caller got wrong never does.
      if (!isUnavailable(error) || (body.critical ?? isCriticalGate(catalogue.lastKnown(), body.gate)))
        throw error
      metrics.countFailedOpen(body.route)
      return { status: 200, body: { allowed: true, reason: 'check_failed' } }
    }
  },
  listGates: async () => ({ status: 200, body: gatesIn(await catalogue.now()) }),
})
