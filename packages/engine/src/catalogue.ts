import type { Flow, Step } from './flow.ts'
import type { Enrolment, Person } from './person.ts'
import { conditionFacts } from './facts.ts'
import type { CompiledTrigger } from './trigger.ts'

/** A flow's version in force. `open` flows take new people; a deprecated one only keeps those it has. */
export type LiveFlow = { readonly flow: Flow; readonly open: boolean }

/** A step of a live flow that waits for an event. */
export type WaitingStep = { readonly flow: Flow; readonly step: Step; readonly trigger: CompiledTrigger }

/** The published flows, by name. */
export type Catalogue = {
  /** Rises with every publish, rollback and deprecation. */
  readonly revision: number
  readonly flows: ReadonlyMap<string, LiveFlow>
  /** The open ones, highest priority first, then by name. */
  readonly open: readonly Flow[]
  /** By the event that they wait for: an event that nobody waits for costs one look here. */
  readonly waiting: ReadonlyMap<string, readonly WaitingStep[]>
}

const waitingIn = (flows: readonly LiveFlow[]): Catalogue['waiting'] => {
  const byEvent = new Map<string, WaitingStep[]>()
  for (const { flow } of flows) {
    for (const [event, triggers] of flow.triggers) {
      const steps = triggers.flatMap((trigger) => {
        const step = flow.stepById.get(trigger.stepId)
        return step ? [{ flow, step, trigger }] : []
      })
      byEvent.set(event, [...(byEvent.get(event) ?? []), ...steps])
    }
  }
  return byEvent
}

export const catalogueOf = (revision: number, flows: readonly LiveFlow[]): Catalogue => ({
  revision,
  flows: new Map(flows.map((live) => [live.flow.name, live])),
  open: flows
    .filter((live) => live.open)
    .map((live) => live.flow)
    .sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1)),
  waiting: waitingIn(flows),
})

/** The flow that a person nobody has enrolled yet belongs in, or undefined when none lets them in. */
export const flowFor = (catalogue: Catalogue, person: Person): Flow | undefined => {
  const facts = conditionFacts(person)
  return catalogue.open.find((flow) => flow.lets(facts))
}

/** Equal times are told apart by name: enrolments come in no particular order. */
const latest = (
  enrolments: readonly Enrolment[],
  at: (enrolment: Enrolment) => number,
): Enrolment | undefined =>
  enrolments.reduce<Enrolment | undefined>(
    (best, one) => (best && (at(best) - at(one) || (best.flow < one.flow ? 1 : -1)) > 0 ? best : one),
    undefined,
  )

/** The enrolment that a plain read shows: the first in progress, else the last completed, else the last skipped. */
export const enrolmentShown = ({ enrolments }: Pick<Person, 'enrolments'>): Enrolment | undefined => {
  if (enrolments.length <= 1) return enrolments[0]
  const inProgress = enrolments.filter((enrolment) => enrolment.status === 'in_progress')
  const completed = enrolments.filter((enrolment) => enrolment.status === 'completed')
  return (
    latest(inProgress, (enrolment) => -enrolment.startedAt) ??
    latest(completed, (enrolment) => enrolment.completedAt ?? 0) ??
    latest(enrolments, (enrolment) => enrolment.skippedAt ?? 0)
  )
}
