import { isReturnPath, type Operation } from '@boardwalk/contract'
import {
  checkGate,
  countedFacts,
  enrolmentShown,
  type GateDecision,
  type Person,
  type Segment,
  type Waiver,
} from '@boardwalk/engine'
import type { Requester } from '../onboarding/requester.ts'
import type { Journey } from '../road/journey.ts'
import { presentBlocked } from './present-blocked.ts'

/** The person's own language first: the request comes from the host's server. */
const localesFor = ({ facts }: Person, { locales }: Requester): string[] => [
  ...(facts.locale === undefined ? [] : [facts.locale]),
  ...locales,
]

/** Whom a check is counted for: the flow that decided, else the one the person is shown, and what is known of them now. */
const segmentOf = ({ person, decidedIn }: GateDecision): Segment => {
  const { enrolments, facts } = person
  const enrolment = enrolments.find((one) => one.flow === decidedIn) ?? enrolmentShown(person)
  return {
    flow: enrolment?.flow ?? '',
    version: enrolment?.version ?? 0,
    arm: enrolment?.arm ?? '',
    ...countedFacts(facts),
  }
}

/** Answers 200 `{allowed: true}`, or 409 with the missing step. `tellWhom` hears whom the answer is about, and what a release let pass. */
export const gateJourney = (
  check: Operation<'checkGate'>['body'],
  requester: Requester,
  tellWhom: (segment: Segment, waivedBy: Waiver | undefined) => void,
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
    present: (_, decision) => {
      const { missing, person } = decision
      const [first, ...others] = missing
      tellWhom(segmentOf(decision), decision.waivedBy)
      if (first === undefined) return { status: 200, body: '{"allowed":true}' }
      const blocked = presentBlocked([first, ...others], person, localesFor(person, requester), asked)
      return { status: 409, body: JSON.stringify(blocked) }
    },
  }
}
