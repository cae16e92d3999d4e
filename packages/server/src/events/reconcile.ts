import { settleProven } from '@boardwalk/engine'
import { peopleRemembering, type Query } from '@boardwalk/store'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Verbs } from '../http/verbs.ts'
import type { Journey } from '../road/journey.ts'
import { completionsIn, type Completion } from './take-event.ts'

const usualLimit = 100
const mostExamples = 10

const reconcileJourney = (userId: string, dryRun: boolean, correlationId: string): Journey => ({
  userId,
  claims: {},
  correlationId,
  writes: !dryRun,
  mayChange: false,
  knownOnly: true,
  decide: settleProven,
  present: (_, decided) => ({ status: 200, body: JSON.stringify(completionsIn(decided)) }),
})

const isGone = (error: unknown): boolean =>
  error instanceof Failure && (error.code === 'person_not_found' || error.code === 'person_erased')

/** What remembered events prove is completed at each read; this does it for those who do not come. */
export const reconcileHandlers = (verbs: Verbs, query: Query): Pick<Handlers, 'reconcile'> => {
  const settled = async (userId: string, dryRun: boolean, correlationId: string) => {
    try {
      const { body } = await verbs.travel(reconcileJourney(userId, dryRun, correlationId))
      return (JSON.parse(body) as Completion[]).map((completion) => ({ userId, ...completion }))
    } catch (error) {
      // Erased since the page was read.
      if (isGone(error)) return []
      throw error
    }
  }
  return {
    reconcile: async ({ body, correlationId }) => {
      const { dryRun = false, after = '', limit = usualLimit } = body
      const people = await peopleRemembering(query, after, limit)
      const completed = (
        await Promise.all(people.map((userId) => settled(userId, dryRun, correlationId)))
      ).flat()
      return {
        status: 200,
        body: {
          people: people.length,
          completed: completed.length,
          ...(people.length === limit && { next: people.at(-1) }),
          examples: completed.slice(0, mostExamples),
        },
      }
    },
  }
}
