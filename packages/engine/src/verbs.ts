import { catchUp } from './carry-over.ts'
import { flowServed, isReleasedTo } from './catalogue.ts'
import { enrolmentIn, happening, refuse, situationOf, withEnrolment } from './decision.ts'
import type { Decision, World } from './decision.ts'
import { place } from './enrolment.ts'
import type { Flow } from './flow.ts'
import { guideOf } from './guide.ts'
import type { Enrolment, Person } from './person.ts'
import { notEnrolled, refusal, stepNotFound, type Refusal } from './refusal.ts'
import { mayProve, provenSteps } from './proof.ts'
import { transitionOf, type Settling } from './settle-step.ts'
import {
  andThen,
  settle,
  settleInPassing,
  settleSeen,
  settleSeenInPassing,
  settleSteps,
  settleStepsInPassing,
} from './settle.ts'

/** The person's own read: enrols, offers, carries over and completes, and nothing else. */
export const look = (world: World, person: Person, flow?: string): Decision => {
  const placed = place(world, person, flow)
  if (placed.flow === null) return placed
  const { flow: shown } = placed
  return andThen(placed, (enrolled) => settle(world, enrolled, shown))
}

/**
 * The same whatever the flow's release says, for proof: what was done is done, and must not be lost while the flow is
 * switched off. Nothing is offered meanwhile, because nobody sees it.
 */
export const bringUpToDate = (world: World, person: Person, flow?: string): Decision => {
  const placed = place(world, person, flow, true)
  if (placed.flow === null) return placed
  const { flow: found } = placed
  const settled = isReleasedTo(world.catalogue, placed.person, found.name) ? settle : settleInPassing
  return andThen(placed, (enrolled) => settled(world, enrolled, found))
}

const skipOff = (flow: Flow): Refusal =>
  refusal('skip_off', `Nothing of flow "${flow.name}" may be skipped now. Do the step, or come back later.`)

const maySkip = ({ catalogue }: World, { name }: Flow): boolean =>
  catalogue.flows.get(name)?.release.settings.skipEnabled ?? true

export type StepChange = Settling & { readonly stepId: string; readonly flow?: string | undefined }

/** Completes or skips one step. */
export const changeStep = (world: World, person: Person, change: StepChange): Decision => {
  const notThere: Decision = { person, happenings: [], refusal: stepNotFound(change.stepId) }
  // What was due before comes first: a step that is proven already is not for anybody to skip.
  const due = (change.source === 'user' ? look : bringUpToDate)(world, person, change.flow)
  if (due.refusal) return due
  const { flow } = due
  const enrolment = flow ? enrolmentIn(due.person, flow.name) : undefined
  if (!flow || enrolment === undefined) return notThere
  const guide = guideOf(flow, enrolment, situationOf(due.person, world.now))
  const seen = guide.steps.find((step) => step.id === change.stepId)
  if (seen === undefined) return notThere
  const decided = transitionOf(seen, change)
  if (decided.kind === 'refused') return { person, happenings: [], refusal: decided.refusal }
  if (decided.kind === 'unchanged') return settleSteps(world, due, flow, [])
  if (change.to === 'skipped' && !maySkip(world, flow))
    return { person, happenings: [], refusal: skipOff(flow) }
  const isSeen = isReleasedTo(world.catalogue, due.person, flow.name)
  return (isSeen ? settleSteps : settleStepsInPassing)(world, due, flow, [{ ...change, seen }])
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
  if (!maySkip(world, flow)) return { person, happenings: [], refusal: skipOff(flow) }
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
    .reduce<Decision>(
      (decision, { flow }) => andThen(decision, (current) => bringUpToDate(world, current, flow)),
      {
        person,
        happenings: [],
      },
    )
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
      if (proven.length === 0) return decision
      const isSeen = isReleasedTo(world.catalogue, decision.person, flow.name)
      const settled = isSeen ? settleSeen : settleSeenInPassing
      return andThen(decision, (current) => settled(world, current, guide, proven))
    },
    caughtUp,
  )
  return { person: settled, happenings }
}
