import { withEnrolment, type Decision, type World } from './decision.ts'
import { place } from './enrolment.ts'
import type { Flow } from './flow.ts'
import type { Happening } from './happening.ts'
import type { Enrolment, Person } from './person.ts'
import { notEnrolled, type Refusal } from './refusal.ts'
import { andThen, settle } from './settle.ts'

/** The enrolment as it becomes, the very same object when nothing changes; or why it does not. */
export type Change =
  | { readonly enrolment: Enrolment; readonly happened?: Happening }
  | { readonly refusal: Refusal }

/** Changes the enrolment itself rather than its steps. Whoever is in no flow yet is enrolled first. */
export const changeEnrolment = (
  world: World,
  person: Person,
  flowName: string | undefined,
  change: (enrolment: Enrolment, flow: Flow, placed: Person) => Change,
  nowhere: Refusal = notEnrolled,
): Decision => {
  const placed = place(world, person, flowName)
  if (placed.refusal) return placed
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return { person, happenings: [], refusal: nowhere }
  const changed = change(enrolment, flow, placed.person)
  if ('refusal' in changed) return { person, happenings: [], refusal: changed.refusal }
  const same = changed.enrolment === enrolment
  const decided: Decision = {
    flow,
    person: same ? placed.person : withEnrolment(placed.person, changed.enrolment),
    happenings: changed.happened ? [...placed.happenings, changed.happened] : placed.happenings,
  }
  return andThen(decided, (enrolled) => settle(world, enrolled, flow))
}
