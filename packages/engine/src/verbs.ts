import { catchUp } from './carry-over.ts'
import { flowServed } from './catalogue.ts'
import { enrolmentIn, happening, refuse, situationOf, withEnrolment } from './decision.ts'
import type { Decision, World } from './decision.ts'
import { place } from './enrolment.ts'
import { guideOf } from './guide.ts'
import type { Enrolment, Person } from './person.ts'
import { notEnrolled, stepNotFound } from './refusal.ts'
import { mayProve, provenSteps } from './proof.ts'
import { transitionOf, type Settling } from './settle-step.ts'
import { andThen, settle, settleSeen, settleSteps } from './settle.ts'

/** The person's own read: enrols, offers, carries over and completes, and nothing else. */
export const look = (world: World, person: Person, flow?: string): Decision => {
  const placed = place(world, person, flow)
  if (placed.flow === null) return placed
  const { flow: shown } = placed
  return andThen(placed, (enrolled) => settle(world, enrolled, shown))
}

export type StepChange = Settling & { readonly stepId: string; readonly flow?: string | undefined }

/** Completes or skips one step. */
export const changeStep = (world: World, person: Person, change: StepChange): Decision => {
  const notThere: Decision = { person, happenings: [], refusal: stepNotFound(change.stepId) }
  // What was due before comes first: a step that is proven already is not for anybody to skip.
  const due = look(world, person, change.flow)
  if (due.refusal) return due
  const { flow } = due
  const enrolment = flow ? enrolmentIn(due.person, flow.name) : undefined
  if (!flow || enrolment === undefined) return notThere
  const guide = guideOf(flow, enrolment, situationOf(due.person, world.now))
  const seen = guide.steps.find((step) => step.id === change.stepId)
  if (seen === undefined) return notThere
  const decided = transitionOf(seen, change)
  if (decided.kind === 'refused') return { person, happenings: [], refusal: decided.refusal }
  return settleSteps(world, due, flow, decided.kind === 'unchanged' ? [] : [{ ...change, seen }])
}

/** Puts a whole flow aside. Gates still hold, and its steps can still be done. */
export const skipFlow = (world: World, person: Person, flowName?: string, reason?: string): Decision => {
  const placed = place(world, person, flowName)
  if (placed.refusal) return placed
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return { person, happenings: [], refusal: notEnrolled }
  if (enrolment.status === 'completed') {
    return refuse(
      person,
      'flow_completed',
      `Flow "${enrolment.flow}" is completed; there is nothing left to skip.`,
    )
  }
  if (enrolment.status === 'skipped') return placed
  const skipped: Enrolment = { ...enrolment, status: 'skipped', skippedAt: world.now }
  return {
    flow,
    person: withEnrolment(placed.person, skipped),
    happenings: [
      ...placed.happenings,
      happening('onboarding.skipped', skipped, reason === undefined ? {} : { reason }),
    ],
  }
}

/** Takes a skipped flow up again. */
export const resumeFlow = (world: World, person: Person, flowName?: string): Decision => {
  const placed = place(world, person, flowName)
  if (placed.refusal) return placed
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return { person, happenings: [], refusal: notEnrolled }
  if (enrolment.status === 'completed') {
    return refuse(
      person,
      'flow_completed',
      `Flow "${enrolment.flow}" is completed; there is nothing to resume.`,
    )
  }
  if (enrolment.status === 'in_progress') return andThen(placed, (enrolled) => settle(world, enrolled, flow))
  const resumed: Enrolment = { ...enrolment, status: 'in_progress', skippedAt: null }
  const decided: Decision = {
    flow,
    person: withEnrolment(placed.person, resumed),
    happenings: [...placed.happenings, happening('onboarding.resumed', resumed)],
  }
  return andThen(decided, (enrolled) => settle(world, enrolled, flow))
}

/** Every enrolment brought up to date with its flow, the facts and what others did for the account. */
export const settleAll = (world: World, person: Person): Decision => {
  const { person: settled, happenings } = person.enrolments
    .filter(({ flow }) => world.catalogue.flows.has(flow))
    .reduce<Decision>((decision, { flow }) => andThen(decision, (current) => look(world, current, flow)), {
      person,
      happenings: [],
    })
  return { person: settled, happenings }
}

/** All enrolments with what was published since carried over; those in which something remembered proves a step, settled. */
export const settleProven = (world: World, person: Person): Decision => {
  const caughtUp = catchUp(world, person)
  const { person: settled, happenings } = caughtUp.person.enrolments.reduce<Decision>(
    (decision, enrolment) => {
      const flow = flowServed(world.catalogue, enrolment)
      if (flow === undefined || !mayProve(decision.person, flow)) return decision
      const guide = guideOf(flow, enrolment, situationOf(decision.person, world.now))
      const proven = provenSteps(decision.person, guide)
      return proven.length === 0
        ? decision
        : andThen(decision, (current) => settleSeen(world, current, guide, proven))
    },
    caughtUp,
  )
  return { person: settled, happenings }
}
