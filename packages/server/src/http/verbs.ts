import type { Answer, Journey } from '../road/journey.ts'
import type { Road } from '../road/road.ts'
import { Failure } from './reply.ts'

/** An accepted journey's answer; a refusal is thrown as the failure to tell. */
export type Verbs = {
  readonly travel: (journey: Journey) => Promise<Answer>
}

export const verbsOn = (road: Pick<Road, 'travel'>): Verbs => ({
  travel: async (journey) => {
    const outcome = await road.travel(journey)
    if (outcome.kind === 'refused') throw new Failure(outcome.refusal.code, outcome.refusal.message)
    return outcome.answer
  },
})
