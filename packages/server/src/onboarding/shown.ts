import {
  enrolmentShown,
  flowServed,
  guideOf,
  situationOf,
  type Flow,
  type Guide,
  type Person,
  type World,
} from '@boardwalk/engine'

/** The guide of the flow that a decision was about, or of the one that a plain read shows; null when no flow lets the person in. */
export const guideShown = (world: World, person: Person, about?: Flow | null): Guide | null => {
  const name = about === undefined ? enrolmentShown(person)?.flow : about?.name
  const enrolment = person.enrolments.find(({ flow }) => flow === name)
  const flow = enrolment && flowServed(world.catalogue, enrolment)
  return flow && enrolment ? guideOf(flow, enrolment, situationOf(person, world.now)) : null
}
