import type { FactsUpdate } from '@boardwalk/engine'
import { forgetErasure, type Database } from '@boardwalk/store'
import { Failure } from '../http/reply.ts'
import type { Verbs } from '../http/verbs.ts'
import type { Requester } from '../onboarding/requester.ts'
import { tellJourney } from './journeys.ts'

const isErased = (error: unknown): boolean => error instanceof Failure && error.code === 'person_erased'

/** The host's server tells facts of a person; one who was erased comes back by it, as a stranger. */
export const tellPerson = async (
  { travel }: Verbs,
  database: Database,
  requester: Pick<Requester, 'userId' | 'correlationId'>,
  facts: FactsUpdate,
): ReturnType<Verbs['travel']> => {
  try {
    return await travel(tellJourney(requester, facts))
  } catch (error) {
    if (!isErased(error)) throw error
    await forgetErasure(database.query, requester.userId)
    return travel(tellJourney(requester, facts))
  }
}
