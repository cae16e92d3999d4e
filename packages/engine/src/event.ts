import type { Decision, World } from './decision.ts'
import { situationOf } from './decision.ts'
import { place, type Placed } from './enrolment.ts'
import { guideOf } from './guide.ts'
import type { Person } from './person.ts'
import { settleSteps, transitionOf, type Settling } from './settle-step.ts'
import { andThen } from './settle.ts'
import type { Properties } from './trigger.ts'

/** Something that the host's systems saw a person do. */
export type HostEvent = { readonly name: string; readonly properties: Properties }

const applyIn = (world: World, person: Person, placed: Placed, event: HostEvent): Decision => {
  const nothing = { person, happenings: [] }
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return nothing
  const fitting = flow.triggers.get(event.name)?.filter(({ holds }) => holds(event.properties)) ?? []
  if (fitting.length === 0) return nothing
  const proof: Settling = { to: 'done', source: 'event', by: person.userId }
  const guide = guideOf(flow, enrolment, situationOf(placed.person, world.now))
  const proven = guide.steps.flatMap((seen) => {
    const trigger = fitting.find(({ stepId }) => stepId === seen.id)
    return trigger === undefined || transitionOf(seen, proof).kind !== 'settle'
      ? []
      : [{ ...proof, seen, metadata: trigger.metadataOf(event.properties) }]
  })
  return proven.length === 0 ? nothing : settleSteps(world, { ...placed, flow, enrolment }, proven)
}

/**
 * Completes, as proof, every step that waits for the event: in all flows that the person is in or, for one who is in
 * none, in the flow of a first contact. An event that completes nothing changes nothing, so it enrols nobody.
 */
export const applyEvent = (world: World, person: Person, event: HostEvent): Decision => {
  const names = person.enrolments.map(({ flow }) => flow).filter((flow) => world.catalogue.flows.has(flow))
  if (names.length === 0) return applyIn(world, person, place(world, person), event)
  return names.reduce<Decision>(
    (decision, name) =>
      andThen(decision, (current) => applyIn(world, current, place(world, current, name), event)),
    { person, happenings: [] },
  )
}
