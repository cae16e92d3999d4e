import { resumeFlow, parseAcceptLanguage, skipFlow } from '@boardwalk/engine'
import { etagOf, flowJourney, lookJourney, snoozeJourney, stepJourney, type Traveller } from './journeys.ts'
import { preconditionOf } from '../http/precondition.ts'
import type { Handlers, Input } from '../http/serve-operations.ts'
import type { Reply } from '../http/reply.ts'
import type { Verbs } from '../http/verbs.ts'

const localesOf = (request: Request): string[] =>
  parseAcceptLanguage(request.headers.get('accept-language') ?? '')

/** The person who calls, about themselves. */
const themselves = ({
  called,
  request,
  correlationId,
}: Input<'getOnboarding' | 'changeStep' | 'skipFlow' | 'resumeFlow'>): Traveller => {
  if (called.kind !== 'person') throw new Error('This operation is for a person')
  return {
    userId: called.userId,
    claims: called.claims,
    source: 'user',
    locales: localesOf(request),
    correlationId,
  }
}

/** The host's server, about one of its people. */
export const forPerson = (
  userId: string,
  { request, correlationId }: Pick<Input<'putUser'>, 'request' | 'correlationId'>,
): Traveller => ({
  userId,
  claims: {},
  source: 'api',
  locales: localesOf(request),
  correlationId,
})

/** An answer that a client may keep and ask after: 304 while it still holds. */
export const tagged = (body: string, request: Request): Reply => {
  const etag = etagOf(body)
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'authorization, accept-language' }
  const known = request.headers.get('if-none-match')
  const holds = known !== null && known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  return holds ? { status: 304, body: null, headers } : { status: 200, body, headers }
}

type Served = Pick<Handlers, 'getOnboarding' | 'changeStep' | 'skipFlow' | 'resumeFlow'>

export const onboardingHandlers = ({ travel }: Verbs): Served => ({
  getOnboarding: async (input) => {
    const { flow, market } = input.query
    const { body } = await travel(lookJourney(themselves(input), flow, market))
    return tagged(body, input.request)
  },
  changeStep: ({ path, query, body, ...input }) => {
    const traveller = themselves({ ...input, path: undefined, query, body: undefined })
    const precondition = preconditionOf(input.request, { ...path, ...query, ...body })
    return 'snoozeUntil' in body
      ? travel(
          snoozeJourney(traveller, { id: path.id, flow: query.flow, until: body.snoozeUntil }, precondition),
        )
      : travel(stepJourney(traveller, { id: path.id, flow: query.flow, ...body }, precondition))
  },
  skipFlow: (input) => {
    const { flow } = input.query
    return travel(
      flowJourney(themselves(input), skipFlow, flow, preconditionOf(input.request, { skip: true, flow })),
    )
  },
  resumeFlow: (input) => {
    const { flow } = input.query
    return travel(
      flowJourney(themselves(input), resumeFlow, flow, preconditionOf(input.request, { resume: true, flow })),
    )
  },
})
