import type { Operation } from '@boardwalk/contract'
import type { Segment, Waiver } from '@boardwalk/engine'
import type { Logger } from 'pino'
import type { GateChecks } from '../analytics/gate-checks.ts'
import type { Verbs } from '../http/verbs.ts'
import type { Requester } from '../onboarding/requester.ts'
import type { Metrics } from '../operation/metrics.ts'
import type { Answer } from '../road/journey.ts'
import { gateJourney } from './journey.ts'

/** Where it is counted that a gate was asked, and what a release let pass. */
export type GateCounts = {
  readonly checks: Pick<GateChecks, 'count'>
  readonly metrics: Pick<Metrics, 'countWaived'>
  readonly log: Pick<Logger, 'info'>
}

/** Asks a gate; what is answered counts once, however often it had to be decided. */
export const askGate = async (
  { travel }: Pick<Verbs, 'travel'>,
  { checks, metrics, log }: GateCounts,
  check: Operation<'checkGate'>['body'],
  requester: Requester,
): Promise<Answer> => {
  let told: { readonly whom: Segment; readonly waivedBy: Waiver | undefined } | undefined
  const reply = await travel(gateJourney(check, requester, (whom, waivedBy) => (told = { whom, waivedBy })))
  if (told === undefined) return reply
  checks.count(told.whom)
  if (told.waivedBy) {
    metrics.countWaived(check.route, told.waivedBy.reason)
    const { route } = check
    log.info({
      event: 'onboarding.gate_waived',
      route,
      ...told.waivedBy,
      correlationId: requester.correlationId,
    })
  }
  return reply
}
