import type { Decision, World } from './decision.ts'
import { enrolmentIn, happening, iso, situationOf, withEnrolment } from './decision.ts'
import type { Flow } from './flow.ts'
import { guideOf, type Guide, type GuideStep } from './guide.ts'
import type { Happening } from './happening.ts'
import type { Enrolment, Person } from './person.ts'
import { isFinished, nextStepOf } from './progress.ts'
import { provenSteps } from './proof.ts'
import { settleStep, type SeenSettling } from './settle-step.ts'
import { isTold, stateOf, withState } from './step-state.ts'
import type { Situation } from './visibility.ts'

type Rule = (enrolment: Enrolment, guide: Guide, situation: Situation) => [Enrolment, Happening[]]

/** Everything visible that has no row yet is offered now. */
const offer: Rule = (enrolment, guide, { now }) => {
  const offered = guide.steps.filter(
    ({ step }) => (stateOf(step, enrolment.steps)?.offeredAt ?? null) === null,
  )
  if (offered.length === 0) return [enrolment, []]
  const steps = offered.reduce((rows, { step }) => withState(rows, step, { offeredAt: now }), enrolment.steps)
  const data = { steps: offered.map(({ id }) => id) }
  return [{ ...enrolment, steps }, [happening('onboarding.offered', enrolment, data)]]
}

/** A step of the account that somebody else settled counts for this person, too. That they were told stands in their own row. */
const share: Rule = (enrolment, { steps }, { person, now }) => {
  const shared = steps.filter(
    ({ step, status, state }) =>
      step.scope === 'account' &&
      status !== 'todo' &&
      state?.settledBy !== person.userId &&
      !isTold(step, state?.settledAt ?? null, enrolment),
  )
  return shared.reduce<[Enrolment, Happening[]]>(
    ([told, happenings], { id, step, status, state }) => {
      const settledAt = state?.settledAt ?? now
      const data = {
        stepVersion: step.version,
        ...(status === 'skipped' && { status }),
        settledAt: iso(settledAt),
      }
      return [
        { ...told, steps: withState(told.steps, step, { settledAt }) },
        [...happenings, happening('onboarding.step_shared', enrolment, data, id)],
      ]
    },
    [enrolment, []],
  )
}

/** Those of the steps that were not reached before are now. */
export const reachSteps = (
  enrolment: Enrolment,
  steps: readonly GuideStep[],
  now: number,
): [Enrolment, Happening[]] => {
  const reached = steps.filter(({ step }) => (stateOf(step, enrolment.steps)?.reachedAt ?? null) === null)
  if (reached.length === 0) return [enrolment, []]
  const rows = reached.reduce((rows, { step }) => withState(rows, step, { reachedAt: now }), enrolment.steps)
  return [
    { ...enrolment, steps: rows },
    reached.map(({ id }) => happening('onboarding.reached', enrolment, {}, id)),
  ]
}

/** The next step and those already settled have been reached. */
const reach: Rule = (enrolment, { steps }, { now }) => {
  const next = nextStepOf(steps)
  return reachSteps(
    enrolment,
    steps.filter(({ id, status }) => id === next || status !== 'todo'),
    now,
  )
}

const complete: Rule = (enrolment, guide, { now }) => {
  if (enrolment.status === 'completed' || !isFinished(guide.steps)) return [enrolment, []]
  const completed: Enrolment = { ...enrolment, status: 'completed', completedAt: now, skippedAt: null }
  return [
    completed,
    [happening('onboarding.completed', completed, { durationMs: now - enrolment.startedAt })],
  ]
}

const everyRule: readonly Rule[] = [offer, share, reach, complete]

const follow = (world: World, person: Person, guide: Guide, rules: readonly Rule[]): Decision => {
  const { enrolment: before } = guide
  const situation = situationOf(person, world.now)
  const happenings: Happening[] = []
  let enrolment = before
  for (const rule of rules) {
    const [next, happened] = rule(enrolment, guide, situation)
    enrolment = next
    happenings.push(...happened)
  }
  return { person: enrolment === before ? person : withEnrolment(person, enrolment), happenings }
}

/** What the person sees of the flow that they are in. */
const guideFor = ({ now }: World, person: Person, flow: Flow): Guide | undefined => {
  const enrolment = enrolmentIn(person, flow.name)
  return enrolment && guideOf(flow, enrolment, situationOf(person, now))
}

/** One decision after another on the same person; stops at the first refusal. */
export const andThen = (first: Decision, second: (person: Person) => Decision): Decision => {
  if (first.refusal) return first
  const next = second(first.person)
  return { ...first, ...next, happenings: [...first.happenings, ...next.happenings] }
}

/** Steps of one flow settled together, and what follows from them. */
export const settleSteps = (
  world: World,
  placed: Decision,
  flow: Flow,
  settlings: readonly SeenSettling[],
  rules = everyRule,
): Decision => {
  const settled = settlings.reduce<Decision>(
    (decision, settling) =>
      andThen(decision, (current) => {
        const enrolment = enrolmentIn(current, flow.name)
        return enrolment
          ? settleStep(world, current, enrolment, settling)
          : { person: current, happenings: [] }
      }),
    placed,
  )
  if (settlings.length === 0) return settled
  return andThen(settled, (current) => {
    const guide = guideFor(world, current, flow)
    return guide ? follow(world, current, guide, rules) : { person: current, happenings: [] }
  })
}

/**
 * What follows from the guide, then those steps settled that something remembered proves. That steps were offered and
 * reached proves none, so both are told from one guide.
 */
export const settleSeen = (
  world: World,
  person: Person,
  guide: Guide,
  proven = provenSteps(person, guide),
  rules = everyRule,
): Decision => settleSteps(world, follow(world, person, guide, rules), guide.flow, proven, rules)

const settleBy =
  (rules: readonly Rule[]) =>
  (world: World, person: Person, flow: Flow): Decision => {
    const guide = guideFor(world, person, flow)
    return guide ? settleSeen(world, person, guide, undefined, rules) : { person, happenings: [] }
  }

/**
 * What follows by itself from the state and the moment: steps offered, shared and reached, those done that something remembered
 * proves, the enrolment completed.
 */
export const settle = settleBy(everyRule)

/** The same for what the person does not see: a version that they only pass by, a flow that is switched off. */
export const settleInPassing = settleBy([complete])

export const settleSeenInPassing = (...[world, person, guide, proven]: Parameters<typeof settleSeen>) =>
  settleSeen(world, person, guide, proven, [complete])

export const settleStepsInPassing = (...[world, placed, flow, settlings]: Parameters<typeof settleSteps>) =>
  settleSteps(world, placed, flow, settlings, [complete])
