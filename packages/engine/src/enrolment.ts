import { enrolmentShown, flowFor, type Catalogue } from './catalogue.ts'
import { enrolmentIn, happening, withEnrolment, type Decision, type World } from './decision.ts'
import { conditionFacts } from './facts.ts'
import type { Flow } from './flow.ts'
import type { Enrolment, Person } from './person.ts'
import { refusal } from './refusal.ts'

const enrol = (person: Person, flow: Flow, now: number): Decision => {
  const enrolment: Enrolment = {
    flow: flow.name,
    version: flow.version,
    arm: null,
    status: 'in_progress',
    startedAt: now,
    completedAt: null,
    skippedAt: null,
    snoozeCount: 0,
    snoozedUntil: null,
    snoozedAt: null,
    snoozedUntilBefore: null,
    nudgeDismissedAt: null,
    nudgeDismissedIn: null,
    guideDismissedAt: null,
    welcomeSeenAt: null,
    steps: [],
  }
  return {
    person: withEnrolment(person, enrolment),
    happenings: [happening('onboarding.enrolled', enrolment)],
  }
}

/** An enrolment follows the version in force; what was done in older versions is read by `stateOf`. */
const move = (person: Person, enrolment: Enrolment, flow: Flow): Decision => {
  const moved = { ...enrolment, version: flow.version }
  const data = { from: enrolment.version, to: flow.version }
  return { person: withEnrolment(person, moved), happenings: [happening('onboarding.moved', moved, data)] }
}

/** The enrolment that a plain read shows, of those whose flow is still in the catalogue. */
const shownIn = (catalogue: Catalogue, person: Person): Enrolment | undefined => {
  const shown = enrolmentShown(person)
  return shown === undefined || catalogue.flows.has(shown.flow)
    ? shown
    : enrolmentShown({ enrolments: person.enrolments.filter(({ flow }) => catalogue.flows.has(flow)) })
}

export type Placed = Decision & { readonly flow: Flow | null; readonly enrolment: Enrolment | null }

const placedIn = (flow: Flow, decision: Decision): Placed => ({
  ...decision,
  flow,
  enrolment: enrolmentIn(decision.person, flow.name) ?? null,
})

/**
 * The person in the named flow, or in the one that a plain read shows, enrolled first if need be and in the version in
 * force. `flow: null` when no flow lets them in.
 */
export const place = ({ catalogue, now }: World, person: Person, named?: string): Placed => {
  const nowhere = { person, happenings: [], flow: null, enrolment: null }
  if (named !== undefined && !catalogue.flows.has(named)) {
    return {
      ...nowhere,
      refusal: refusal(
        'flow_not_found',
        `No published flow is called "${named}". Leave ?flow out for the person's own.`,
      ),
    }
  }
  const enrolment = named === undefined ? shownIn(catalogue, person) : enrolmentIn(person, named)
  const live = enrolment && catalogue.flows.get(enrolment.flow)
  if (enrolment && live) {
    const { flow } = live
    return placedIn(
      flow,
      enrolment.version === flow.version ? { person, happenings: [] } : move(person, enrolment, flow),
    )
  }
  const flow =
    named === undefined
      ? flowFor(catalogue, person)
      : catalogue.open.find((open) => open.name === named && open.lets(conditionFacts(person)))
  return flow === undefined ? nowhere : placedIn(flow, enrol(person, flow, now))
}
