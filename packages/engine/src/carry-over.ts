import { isReleasedTo, type LiveFlow } from './catalogue.ts'
import {
  enrolmentIn,
  happening,
  iso,
  situationOf,
  withEnrolment,
  type Decision,
  type World,
} from './decision.ts'
import type { Flow } from './flow.ts'
import { guideOf } from './guide.ts'
import type { Happening } from './happening.ts'
import type { Enrolment, Person, StepState } from './person.ts'
import type { Publication } from './publication.ts'
import { andThen, settle, settleInPassing } from './settle.ts'
import { rowsOf, stateOf } from './step-state.ts'

/** The publications that the enrolment has not caught up with, oldest first. */
const pendingFor = ({ publications }: LiveFlow, { publication, version }: Enrolment): Publication[] => {
  const last = publications.findLastIndex((one) =>
    publication === null ? one.version === version : one.id <= publication,
  )
  return publications.slice(last + 1)
}

const unsettled = (row: StepState): StepState =>
  row.status === 'todo'
    ? row
    : {
        ...row,
        status: 'todo',
        settledAt: null,
        settledBy: null,
        source: null,
        reason: null,
        metadata: null,
      }

const restarted = (enrolment: Enrolment, { at }: Publication): Enrolment => ({
  ...enrolment,
  restartedAt: at,
  steps: enrolment.steps.map(unsettled),
})

type Turn = { readonly flow: Flow | undefined; readonly enrolment: Enrolment }

const stateIn = ({ flow, enrolment }: Turn, person: Person, lineage: string): StepState | undefined => {
  const step = flow?.steps.find((one) => one.lineage === lineage)
  return step && stateOf(step, rowsOf(step, person, enrolment))
}

/** Steps that were settled and count as todo from now on; and those that are settled again, because an older version is back. */
const turned = (person: Person, was: Turn, is: Turn, { policy }: Publication): Happening[] =>
  (is.flow?.steps ?? []).flatMap(({ id, lineage, version }) => {
    const [before, now] = [stateIn(was, person, lineage), stateIn(is, person, lineage)]
    const wasSettled = (before?.status ?? 'todo') !== 'todo'
    const isKnown = was.flow?.steps.some((step) => step.lineage === lineage) ?? false
    if (now === undefined || now.status === 'todo') {
      const reason = policy === 'restart' ? 'restart' : 'version'
      const data = { stepVersion: version, reason }
      return wasSettled ? [happening('onboarding.step_reset', is.enrolment, data, id)] : []
    }
    if (wasSettled || !isKnown) return []
    const { status, settledAt } = now
    const data = { stepVersion: version, status, ...(settledAt !== null && { settledAt: iso(settledAt) }) }
    return [happening('onboarding.step_restored', is.enrolment, data, id)]
  })

/** Into the version of the publication; `restart`: with nothing done. */
const follow = (person: Person, enrolment: Enrolment, live: LiveFlow, publication: Publication): Decision => {
  const { version, id, policy } = publication
  const restarts = policy === 'restart' && enrolment.status === 'in_progress'
  const from = enrolment.version
  const moved = { ...enrolment, version, publication: id }
  const next = restarts ? restarted(moved, publication) : moved
  const was = { flow: live.versions.get(from), enrolment }
  const happenings = [
    ...(from === version ? [] : [happening('onboarding.moved', next, { from, to: version })]),
    ...turned(person, was, { flow: live.versions.get(version), enrolment: next }, publication),
  ]
  return { person: withEnrolment(person, next), happenings }
}

/** Whoever finished is at it again when the version asks for something that they have not done. */
const reopen = (world: World, person: Person, flow: Flow): Decision => {
  const enrolment = enrolmentIn(person, flow.name)
  if (enrolment?.status !== 'completed') return { person, happenings: [] }
  const { steps } = guideOf(flow, enrolment, situationOf(person, world.now))
  if (steps.every(({ required, status }) => !required || status === 'done')) return { person, happenings: [] }
  const { completedAt } = enrolment
  const open: Enrolment = { ...enrolment, status: 'in_progress', completedAt: null }
  return {
    person: withEnrolment(person, open),
    happenings: [happening('onboarding.reopened', open, { completedAt })],
  }
}

/** What one publication means for the enrolment; the very same person when nothing. */
const meet = (world: World, person: Person, live: LiveFlow, publication: Publication): Decision => {
  const enrolment = enrolmentIn(person, live.flow.name)
  const { id, version, policy, reopen: reopens } = publication
  if (enrolment === undefined || (enrolment.version === version && policy === 'move' && !reopens))
    return { person, happenings: [] }
  // That it was met is written down even if nothing else changes: whoever finishes, or resumes, only afterwards was
  // mid-flow, or was not, when it was made.
  if (policy === 'pin' && enrolment.status === 'in_progress')
    return { person: withEnrolment(person, { ...enrolment, publication: id }), happenings: [] }
  const followed = follow(person, enrolment, live, publication)
  const flow = live.versions.get(version)
  if (!reopens || flow === undefined) return followed
  // What the person did before anybody asked for it is no reason to begin again.
  const proven = andThen(followed, (current) => settleInPassing(world, current, flow))
  return andThen(proven, (current) => reopen(world, current, flow))
}

/**
 * The enrolment brought up to date with all that was published since, one publication after another. In each version
 * that is passed by, steps may be proven and the flow completed, so that whoever comes seldom ends where those end who
 * come every day; offered are only the steps of the version that is arrived at.
 */
const carryOver = (world: World, person: Person, live: LiveFlow): Decision => {
  const enrolment = enrolmentIn(person, live.flow.name)
  const pending = enrolment ? pendingFor(live, enrolment) : []
  return pending.reduce<Decision>(
    (decision, publication, index) =>
      andThen(decision, (current) => {
        const met = meet(world, current, live, publication)
        if (met.person === current) return met
        const { version = 0 } = enrolmentIn(met.person, live.flow.name) ?? {}
        const flow = live.versions.get(version) ?? live.flow
        // What nobody shows is not offered either.
        const isSeen = index === pending.length - 1 && isReleasedTo(world.catalogue, current, live.flow.name)
        const settled = isSeen ? settle : settleInPassing
        return andThen(met, (carried) => settled(world, carried, flow))
      }),
    { person, happenings: [] },
  )
}

/** In the order in which a plain read would show them: enrolments come in no particular order, what happens must not. */
export const byStart = (a: Enrolment, b: Enrolment): number =>
  a.startedAt - b.startedAt || (a.flow < b.flow ? -1 : 1)

/** All enrolments of the person brought up to date with their flows; the very same person when they are. */
export const catchUp = (world: World, person: Person): Decision =>
  person.enrolments
    .flatMap((enrolment) => {
      const live = world.catalogue.flows.get(enrolment.flow)
      return live && pendingFor(live, enrolment).length > 0 ? [{ live, enrolment }] : []
    })
    .sort((a, b) => byStart(a.enrolment, b.enrolment))
    .reduce<Decision>(
      (decision, { live }) => andThen(decision, (current) => carryOver(world, current, live)),
      { person, happenings: [] },
    )
