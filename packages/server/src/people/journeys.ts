import type { FactsUpdate, Person } from '@boardwalk/engine'
import type { Requester } from '../onboarding/requester.ts'
import type { Journey } from '../road/journey.ts'
import { presentFacts } from './present-person.ts'

const unchanged: Journey['decide'] = (_, person) => ({ person, happenings: [] })

export const json = (body: unknown) => ({ status: 200, body: JSON.stringify(body) })

/** Tells of a person without writing; of a stranger only to themselves. */
export const readJourney = (
  { userId, correlationId, source }: Requester,
  present: Journey['present'],
  decide: Journey['decide'] = unchanged,
): Journey => ({
  userId,
  claims: {},
  correlationId,
  writes: false,
  mayChange: false,
  knownOnly: source === 'api',
  decide,
  present,
})

const isBlank = ({ facts, accountId, enrolments }: Person): boolean =>
  accountId === null &&
  enrolments.length === 0 &&
  Object.keys(facts).length === 1 &&
  Object.keys(facts.attributes).length === 0

/** The host's server tells facts of a person, known or not. */
export const tellJourney = (
  { userId, correlationId }: Pick<Requester, 'userId' | 'correlationId'>,
  facts: FactsUpdate,
  idempotency?: Journey['idempotency'],
): Journey => ({
  userId,
  claims: facts,
  correlationId,
  idempotency,
  writes: true,
  mayChange: true,
  // Told with no facts at all, they are known all the same: a new object is something to write.
  decide: (_, person) => ({ person: isBlank(person) ? { ...person } : person, happenings: [] }),
  present: (_, { person }) => json(presentFacts(person)),
})
