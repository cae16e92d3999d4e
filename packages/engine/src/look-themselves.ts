import type { ConfigKey } from './assignment/experiment.ts'
import { enrolmentIn, situationOf, withEnrolment, type Decision, type World } from './decision.ts'
import { armName, expose } from './exposure.ts'
import { guideOf, type Guide } from './guide.ts'
import { nudgeOf } from './nudge.ts'
import type { Enrolment, Person } from './person.ts'
import { andThen } from './settle.ts'
import { look } from './verbs.ts'

/** What of an experiment's differences the person meets in what they read now. */
const keysMet = ({ catalogue, now }: World, guide: Guide): ReadonlySet<ConfigKey> => {
  const { enrolment, flow, steps } = guide
  if (enrolment.status !== 'in_progress') return new Set()
  const { skipEnabled = true, snoozeEnabled = true } = catalogue.flows.get(flow.name)?.release.settings ?? {}
  const maySkip =
    skipEnabled &&
    steps.some(
      ({ status, required, allowed, locked }) => status === 'todo' && !required && allowed && !locked,
    )
  const isDue = nudgeOf(guide, now).visible
  return new Set<ConfigKey>([
    ...(maySkip ? (['skipButtonText', 'skipButtonStyle'] as const) : []),
    ...(isDue ? (['nudgePlacement'] as const) : []),
    ...(isDue && snoozeEnabled ? (['snoozeEnabled', 'snoozeDuration'] as const) : []),
  ])
}

/** Whoever enters a flow and meets an experiment at once is counted by its arm, unless another brought them there. */
const enteredIn = (decision: Decision, before: Person, enrolment: Enrolment, arm: string): Decision => {
  if (enrolment.arm !== null || enrolmentIn(before, enrolment.flow)) return decision
  return {
    ...decision,
    person: withEnrolment(decision.person, { ...enrolment, arm }),
    happenings: decision.happenings.map((told) =>
      told.type === 'onboarding.enrolled' && told.flow === enrolment.flow
        ? { ...told, data: { ...told.data, arm } }
        : told,
    ),
  }
}

/** What follows from the person's seeing for themselves what they read: the experiments that they meet in it. */
export const meetExperiments = (world: World, before: Person, read: Decision): Decision => {
  const { flow } = read
  const enrolment = flow ? enrolmentIn(read.person, flow.name) : undefined
  if (!flow || enrolment === undefined || read.refusal) return read
  const about = world.catalogue.experiments.filter(
    ({ isOfConfig, document }) => isOfConfig && document.flow === flow.name,
  )
  if (about.length === 0) return read
  const met = keysMet(world, guideOf(flow, enrolment, situationOf(read.person, world.now)))
  const seen = about.filter(({ keys }) => [...keys].some((key) => met.has(key)))
  return seen.reduce<Decision>((decision, experiment) => {
    const exposed = andThen(decision, (person) => expose(world.now, person, experiment, enrolment))
    const row = exposed.person.assignments.find(
      ({ experiment: id, kind }) => id === experiment.id && kind === 'user',
    )
    const current = enrolmentIn(exposed.person, flow.name)
    return row && current ? enteredIn(exposed, before, current, armName(experiment, row.arm)) : exposed
  }, read)
}

/** The person's own read. */
export const lookThemselves = (world: World, person: Person, flow?: string): Decision =>
  meetExperiments(world, person, look(world, person, flow))
