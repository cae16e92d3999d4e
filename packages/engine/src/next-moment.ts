import { flowServed } from './catalogue.ts'
import type { World } from './decision.ts'
import { nudgeMoments } from './nudge.ts'
import type { Person } from './person.ts'

/**
 * The first moment after `now` at which the clock alone may change what the person reads, in milliseconds since 1970; Infinity:
 * there is none. It holds for a look that had nothing to write: one that enrols or settles asks for more than this knows.
 */
export const nextMoment = ({ catalogue, now }: World, person: Person): number => {
  const ofFlows = person.enrolments.flatMap((enrolment) => {
    const flow = flowServed(catalogue, enrolment)
    if (flow === undefined) return []
    const ofSteps = flow.steps.flatMap(({ activeFromMs, activeToMs }) => [activeFromMs, activeToMs])
    return [...ofSteps, ...nudgeMoments(flow, enrolment)]
  })
  const ofExperiments = catalogue.experiments.flatMap(({ startsAtMs, endsAtMs }) => [startsAtMs, endsAtMs])
  return Math.min(...[...ofFlows, ...ofExperiments].filter((moment) => moment > now))
}
