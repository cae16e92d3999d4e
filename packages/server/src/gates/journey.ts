import { isReturnPath, type Operation } from '@boardwalk/contract'
import { checkGate, type GateDecision, type Person } from '@boardwalk/engine'
import type { Requester } from '../onboarding/requester.ts'
import type { Journey } from '../road/journey.ts'
import { presentBlocked } from './present-blocked.ts'

/** The person's own language first: the request comes from the host's server. */
const localesFor = ({ facts }: Person, { locales }: Requester): string[] => [
  ...(facts.locale === undefined ? [] : [facts.locale]),
  ...locales,
]

/** Answers 200 `{allowed: true}`, or 409 with the missing step. */
export const gateJourney = (
  check: Operation<'checkGate'>['body'],
  requester: Requester,
): Journey<GateDecision> => {
  const { userId, returnUrl, ...question } = check
  const { correlationId } = requester
  const asked = {
    returnUrl: returnUrl !== undefined && isReturnPath(returnUrl) ? returnUrl : undefined,
    correlationId,
  }
  return {
    userId,
    claims: {},
    correlationId,
    writes: true,
    mayChange: false,
    decide: (world, person) => checkGate(world, person, question),
    present: (_, { missing: [first, ...others], person }) => {
      if (first === undefined) return { status: 200, body: '{"allowed":true}' }
      const blocked = presentBlocked([first, ...others], person, localesFor(person, requester), asked)
      return { status: 409, body: JSON.stringify(blocked) }
    },
  }
}
