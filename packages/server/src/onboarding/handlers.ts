import { resumeFlow, skipFlow, snooze, type Person, type World } from '@boardwalk/engine'
import { preconditionOf } from '../http/precondition.ts'
import type { Handlers } from '../http/serve-operations.ts'
import { tagged } from '../http/tagged.ts'
import type { Verbs } from '../http/verbs.ts'
import { flowJourney, lookJourney, stepJourney, surfaceJourney } from './journeys.ts'
import { themselves } from './requester.ts'

type Served = Pick<Handlers, 'getOnboarding' | 'changeStep' | 'skipFlow' | 'resumeFlow'>

export const onboardingHandlers = ({ travel }: Verbs): Served => ({
  getOnboarding: async (input) => {
    const { flow, market } = input.query
    const { body } = await travel(lookJourney(themselves(input), flow, market))
    return tagged(body, input.request)
  },
  changeStep: (input) => {
    const { path, query, body } = input
    const requester = themselves(input)
    const precondition = preconditionOf(input.request, { ...path, ...query, ...body })
    const { id } = path
    const { flow } = query
    if (!('snoozeUntil' in body)) return travel(stepJourney(requester, { id, flow, ...body }, precondition))
    const asked = { until: Date.parse(body.snoozeUntil), stepId: id, flow }
    const alias = (world: World, person: Person) => snooze(world, person, asked)
    return travel(surfaceJourney(requester, alias, flow, precondition))
  },
  skipFlow: (input) => {
    const { flow } = input.query
    const { reason } = input.body
    const skip = (world: World, person: Person) => skipFlow(world, person, flow, reason)
    return travel(
      flowJourney(themselves(input), skip, flow, preconditionOf(input.request, { skip: true, flow, reason })),
    )
  },
  resumeFlow: (input) => {
    const { flow } = input.query
    return travel(
      flowJourney(themselves(input), resumeFlow, flow, preconditionOf(input.request, { resume: true, flow })),
    )
  },
})
