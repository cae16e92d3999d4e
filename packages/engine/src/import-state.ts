import { enrolmentIn, happening, iso, situationOf, withEnrolment } from './decision.ts'
import type { Decision, World } from './decision.ts'
import { place } from './enrolment.ts'
import type { Step } from './flow.ts'
import { guideOf } from './guide.ts'
import type { Happening } from './happening.ts'
import type { AccountFlow, Enrolment, Person, StepState } from './person.ts'
import { isFinished } from './progress.ts'
import { notEnrolled } from './refusal.ts'
import { isTold, rowsOf, withState } from './step-state.ts'
import type { Situation } from './visibility.ts'

/** What a person did elsewhere, before Boardwalk knew them. Times are milliseconds since 1970; null when nobody noted one. */
export type ImportedStep = {
  readonly id: string
  readonly status: 'done' | 'skipped'
  readonly at: number | null
}

export type ImportedState = {
  /** Absent: the flow that a plain read would show. */
  readonly flow?: string | undefined
  /** When they began, if that was noted. */
  readonly startedAt: number | null
  readonly steps: readonly ImportedStep[]
}

/** Why a step of an import was left out. */
export type LeftOut = {
  readonly step: string
  readonly reason: 'unknown_step' | 'required' | 'no_account' | 'in_future'
}

export type Imported = Decision & { readonly leftOut: readonly LeftOut[] }

/** They began when they first did something, at the latest now. */
const startOf = (person: Person, { startedAt, steps }: ImportedState, now: number): number => {
  const signedUp = person.facts.createdAt === undefined ? null : Date.parse(person.facts.createdAt)
  const known = [startedAt, signedUp, ...steps.map(({ at }) => at)].filter((at) => at !== null)
  return Math.min(now, ...known)
}

const objectionTo = (
  step: Step | undefined,
  { status, at }: ImportedStep,
  { person, facts, now }: Situation,
): LeftOut['reason'] | undefined => {
  if (step === undefined) return 'unknown_step'
  if (at !== null && at > now) return 'in_future'
  if (step.scope === 'account' && person.accountId === null) return 'no_account'
  return status === 'skipped' && step.required(facts) ? 'required' : undefined
}

/**
 * What is known here counts more than what is told from elsewhere: a step that was done in any version stays as it is,
 * also when a newer version asks to redo it.
 */
const isKnown = (rows: readonly StepState[], { lineage }: Step, status: ImportedStep['status']): boolean =>
  rows.some((row) => row.stepId === lineage && (row.status === 'done' || row.status === status))

const withRows = (person: Person, enrolment: Enrolment, step: Step, rows: AccountFlow['steps']): Person => {
  if (step.scope === 'person') return withEnrolment(person, { ...enrolment, steps: rows })
  const others = person.accountFlows.filter((shared) => shared.flow !== enrolment.flow)
  return { ...person, accountFlows: [...others, { flow: enrolment.flow, steps: rows }] }
}

/** The step settled when it was, whether or not the person sees it now. */
const settleImported = (
  person: Person,
  enrolment: Enrolment,
  step: Step,
  { status, at }: ImportedStep,
  now: number,
): Decision => {
  const rows = rowsOf(step, person, enrolment)
  if (isKnown(rows, step, status)) return { person, happenings: [] }
  const settledAt = at ?? now
  const own = step.scope === 'person'
  const settled = withState(rows, step, {
    status,
    settledAt,
    // Which member did an account's step, nobody noted.
    settledBy: own ? person.userId : null,
    source: 'import',
    reason: null,
    metadata: null,
    // Seen long ago: nobody is told now that it was offered or reached.
    ...(own && { offeredAt: settledAt, reachedAt: settledAt }),
  })
  const type = status === 'done' ? 'onboarding.step_completed' : 'onboarding.step_skipped'
  const data = {
    stepVersion: step.version,
    source: 'import',
    settledAt: iso(settledAt),
  }
  const { accountId } = person
  const told = happening(type, enrolment, data, step.id)
  // Nor that somebody else settled it, although whose doing it was is not noted.
  const knows = own || isTold(step, settledAt, enrolment)
  const steps = knows ? enrolment.steps : withState(enrolment.steps, step, { settledAt })
  const knowing = knows ? person : withEnrolment(person, { ...enrolment, steps })
  return {
    person: withRows(knowing, enrolment, step, settled),
    happenings: [own || accountId === null ? told : { ...told, accountId }],
  }
}

/**
 * Completes what imported steps have finished, also those that another member's import did for the account, and nothing
 * else. Finished when the last step that it takes was done, not at the moment of the import.
 */
export const completeImported = (world: World, person: Person, flowName: string): Decision => {
  const flow = world.catalogue.flows.get(flowName)?.flow
  const enrolment = enrolmentIn(person, flowName)
  if (flow === undefined || enrolment === undefined || enrolment.status === 'completed')
    return { person, happenings: [] }
  const { steps } = guideOf(flow, enrolment, situationOf(person, world.now))
  if (!isFinished(steps)) return { person, happenings: [] }
  const counted = steps.some(({ required }) => required) ? steps.filter(({ required }) => required) : steps
  const completedAt = Math.max(enrolment.startedAt, ...counted.map(({ state }) => state?.settledAt ?? 0))
  const completed: Enrolment = { ...enrolment, status: 'completed', completedAt, skippedAt: null }
  const durationMs = completedAt - enrolment.startedAt
  const data = { durationMs, source: 'import', completedAt: iso(completedAt) }
  return {
    person: withEnrolment(person, completed),
    happenings: [happening('onboarding.completed', completed, data)],
  }
}

/** Whoever is enrolled by the import began when they began; whoever is enrolled already keeps their start. */
const begun = (placed: Decision, enrolment: Enrolment, startedAt: number): Decision => ({
  ...placed,
  person: withEnrolment(placed.person, { ...enrolment, startedAt }),
  happenings: placed.happenings.map((told): Happening =>
    told.type === 'onboarding.enrolled'
      ? { ...told, data: { ...told.data, source: 'import', startedAt: iso(startedAt) } }
      : told,
  ),
})

/**
 * Takes over what a person did elsewhere, with its times. Nothing that is done here is touched, and repeating changes
 * nothing. What they have still to do is offered when they come, not now.
 */
export const importState = ({ catalogue, now }: World, person: Person, state: ImportedState): Imported => {
  // What they did elsewhere, no experiment can have changed.
  const world = { catalogue: { ...catalogue, experiments: [] }, now }
  const placed = place(world, person, state.flow)
  const leftOut: LeftOut[] = []
  if (placed.refusal) return { ...placed, leftOut }
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return { person, happenings: [], refusal: notEnrolled, leftOut }
  const isNew = enrolmentIn(person, flow.name) === undefined
  const start: Decision = isNew ? begun(placed, enrolment, startOf(placed.person, state, world.now)) : placed
  const happenings = [...start.happenings]
  let current = start.person
  for (const imported of state.steps) {
    const step = flow.stepById.get(imported.id)
    const reason = objectionTo(step, imported, situationOf(current, world.now))
    if (reason !== undefined) leftOut.push({ step: imported.id, reason })
    if (step === undefined || reason !== undefined) continue
    const decided = settleImported(
      current,
      enrolmentIn(current, flow.name) ?? enrolment,
      step,
      imported,
      world.now,
    )
    current = decided.person
    happenings.push(...decided.happenings)
  }
  const completed = completeImported(world, current, flow.name)
  return { flow, person: completed.person, happenings: [...happenings, ...completed.happenings], leftOut }
}
