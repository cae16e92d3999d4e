import type { EventSent } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Announcer } from '../following/announce.ts'
import { verbsOn, type Verbs } from '../http/verbs.ts'
import type { Road } from '../road/road.ts'
import { linkHere } from '../operation/tracing.ts'
import { causesOf } from './causes.ts'
import { inOrder } from './in-order.ts'
import { mergingPeople } from './merge-people.ts'
import { sentEvents } from './sent-events.ts'
import { takeEvent, tryEvent, type Completion } from './take-event.ts'

type Result = {
  readonly status: 'accepted' | 'duplicate' | 'refused'
  readonly completes?: readonly Completion[]
  readonly reason?: string
}

const mostProblems = 3
const mostCharacters = 500

// Five hundred events may all be bad, and each may have a thousand problems.
const reasonOf = (problems: readonly Problem[]): string =>
  problems
    .slice(0, mostProblems)
    .map(({ path, found, expected }) => `${path || 'the event'}: found ${found}, expected ${expected}`)
    .join('; ')
    .slice(0, mostCharacters)
    .toWellFormed()

const refused = (reason: string): Result => ({ status: 'refused', reason })

export const eventHandlers = (
  verbs: Verbs,
  road: Road,
  announcer: Pick<Announcer, 'changed'>,
): Pick<Handlers, 'sendEvents'> => ({
  sendEvents: async ({ body, query, request, correlationId }) => {
    const sent = sentEvents(request, body)
    if ('problems' in sent) {
      const { problems } = sent
      throw new Failure('invalid_request', `The body does not fit. ${problems[0]?.message ?? ''}`, {
        problems,
      })
    }
    linkHere(causesOf(request, body))
    const verbsFor = (event: EventSent): Verbs =>
      event.type === 'alias' ? verbsOn(mergingPeople(road, event, announcer)) : verbs
    const take = inOrder(async (event: EventSent): Promise<Result> => {
      try {
        return query.dryRun === 'true'
          ? await tryEvent(verbs, event, correlationId)
          : { status: await takeEvent(verbsFor(event), event, correlationId) }
      } catch (error) {
        // All else is nobody's fault here: the whole request fails, and can be repeated.
        if (!(error instanceof Failure)) throw error
        // Whoever lost a race may win the next one; a refused event is not sent again.
        if (error.code === 'conflict') throw new Failure('SERVICE_UNAVAILABLE', error.message)
        return refused(error.message)
      }
    })
    const results = await Promise.all(
      sent.value.map(async (event) =>
        'value' in event ? take(event.value) : refused(reasonOf(event.problems)),
      ),
    )
    return { status: 200, body: { results: results.map((result, index) => ({ index, ...result })) } }
  },
})
