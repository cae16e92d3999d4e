import type { Operation } from '@boardwalk/contract'
import type { Segment } from '@boardwalk/engine'
import type { GateChecks } from '../analytics/gate-checks.ts'
import type { Verbs } from '../http/verbs.ts'
import type { Requester } from '../onboarding/requester.ts'
import type { Answer } from '../road/journey.ts'
import { gateJourney } from './journey.ts'

/** Asks a gate; what is answered counts once, however often it had to be decided. */
export const askGate = async (
  { travel }: Pick<Verbs, 'travel'>,
  checks: Pick<GateChecks, 'count'>,
  check: Operation<'checkGate'>['body'],
  requester: Requester,
): Promise<Answer> => {
  let whom: Segment | undefined
  const reply = await travel(gateJourney(check, requester, (segment) => (whom = segment)))
  if (whom !== undefined) checks.count(whom)
  return reply
}
