import { dismissGuide, dismissNudge, restoreGuide, seeWelcome, snooze, unsnooze } from '@boardwalk/engine'
import type { Decision, Person, World } from '@boardwalk/engine'
import { preconditionOf } from '../http/precondition.ts'
import type { Reply } from '../http/reply.ts'
import type { Handlers, Input } from '../http/serve-operations.ts'
import type { Verbs } from '../http/verbs.ts'
import { surfaceJourney } from './journeys.ts'
import { themselves } from './requester.ts'

type Simple = 'unsnoozeNudge' | 'dismissNudge' | 'dismissGuide' | 'restoreGuide' | 'seeWelcome'
type Verb = (world: World, person: Person, flow?: string) => Decision

export const surfaceHandlers = ({ travel }: Verbs): Pick<Handlers, Simple | 'snoozeNudge'> => {
  const change =
    (name: Simple, verb: Verb) =>
    (input: Input<Simple>): Promise<Reply> => {
      const { flow } = input.query
      const precondition = preconditionOf(input.request, { [name]: true, flow })
      return travel(surfaceJourney(themselves(input), verb, flow, precondition))
    }
  return {
    snoozeNudge: (input) => {
      const { flow } = input.query
      const { until } = input.body
      const asked = { until: until === undefined ? undefined : Date.parse(until), flow }
      const verb: Verb = (world, person) => snooze(world, person, asked)
      const precondition = preconditionOf(input.request, { snoozeNudge: true, flow, until })
      return travel(surfaceJourney(themselves(input), verb, flow, precondition))
    },
    unsnoozeNudge: change('unsnoozeNudge', unsnooze),
    dismissNudge: change('dismissNudge', dismissNudge),
    dismissGuide: change('dismissGuide', dismissGuide),
    restoreGuide: change('restoreGuide', restoreGuide),
    seeWelcome: change('seeWelcome', seeWelcome),
  }
}
