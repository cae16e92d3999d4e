import { isChange } from '@boardwalk/store'
import type { AnswerCache } from '../answers/answer-cache.ts'
import {
  arrive,
  arriveAt,
  askFor,
  contextsOf,
  decide,
  readGroups,
  type Surroundings,
  type Traveller,
} from './together.ts'

/** Lets all of them look, each alone, and answers those who have something to write. */
export const lookTogether = async (
  travellers: readonly Traveller[],
  surroundings: Surroundings,
  answers: AnswerCache,
): Promise<Traveller[]> => {
  const journeys = travellers.map(({ journey }) => journey)
  const found = await answers.find(journeys, surroundings.clock())
  const asked = travellers.map((traveller, index) => {
    const one = found[index]
    return { ...askFor([traveller]), mark: one && (one.known?.mark ?? '') }
  })
  const { people, world, isExact } = await readGroups(
    asked,
    contextsOf(travellers.map((one) => [one])),
    surroundings,
  )
  return travellers.flatMap((traveller, index) => {
    const [one, loaded] = [found[index], people[index]]
    if (one) answers.found(traveller.journey, one, loaded === undefined)
    if (loaded === undefined) {
      if (one?.known === undefined) throw new Error('Nobody was loaded, and no answer was known')
      arriveAt(traveller, { kind: 'answered', answer: { status: 200, body: one.known.body } })
      return []
    }
    const [group] = decide([traveller], loaded, world)
    if (group === undefined) return []
    if (isChange(group.change)) return [traveller]
    arrive(group)
    if (isExact) answers.keep(traveller.journey, group.outcomes[0], loaded, world)
    return []
  })
}
