import { happening, withEnrolment, type Decision, type World } from './decision.ts'
import type { GuideStep } from './guide.ts'
import type { Enrolment, Person, Source, StepState } from './person.ts'
import { rowsOf, stateOf, withState } from './step-state.ts'
import { transition, type Transition } from './transition.ts'

/** How a step gets settled. */
export type Settling = {
  readonly to: 'done' | 'skipped'
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly reason?: string | undefined
  readonly source: Source
  /** Whose doing it is, whoever tells of it; null when nobody's in particular (an import). */
  readonly by: string | null
}

/** Whether the step, as the person sees it, may be settled so. */
export const transitionOf = (seen: GuideStep, { to, source }: Settling): Transition =>
  transition({
    stepId: seen.id,
    from: seen.status,
    to,
    required: seen.required,
    openDependencies: seen.openDependencies,
    allowed: seen.allowed,
    restrictedTo: seen.step.restrictedTo ?? [],
    completion: seen.step.completion,
    proven: source !== 'user',
  })

const durationMs = (own: StepState | undefined, now: number): number | undefined => {
  const from = own?.reachedAt ?? own?.offeredAt ?? null
  return from === null ? undefined : Math.max(0, now - from)
}

const withStep = (
  person: Person,
  enrolment: Enrolment,
  { step }: GuideStep,
  change: Partial<StepState>,
): Person => {
  const rows = withState(rowsOf(step, person, enrolment), step, change)
  if (step.scope === 'person') return withEnrolment(person, { ...enrolment, steps: rows })
  const others = person.accountFlows.filter((shared) => shared.flow !== enrolment.flow)
  return { ...person, accountFlows: [...others, { flow: enrolment.flow, steps: rows }] }
}

export type SeenSettling = Settling & { readonly seen: GuideStep }

/** The step settled, and that told; what follows from it is for `settle`. */
export const settleStep = (
  world: World,
  person: Person,
  enrolment: Enrolment,
  { seen, to, by, source, ...told }: SeenSettling,
): Decision => {
  const metadata = told.metadata ?? null
  const reason = told.reason ?? null
  const changed = withStep(person, enrolment, seen, {
    status: to,
    settledAt: world.now,
    settledBy: by,
    source,
    reason,
    metadata,
  })
  const data = {
    stepVersion: seen.step.version,
    source,
    ...(to === 'done' && { durationMs: durationMs(stateOf(seen.step, enrolment.steps), world.now) }),
    ...(metadata && { metadata }),
    ...(reason !== null && { reason }),
  }
  const type = to === 'done' ? 'onboarding.step_completed' : 'onboarding.step_skipped'
  const accountId = seen.step.scope === 'account' ? (person.accountId ?? undefined) : undefined
  return {
    person: changed,
    happenings: [
      { ...happening(type, enrolment, data, seen.id), ...(accountId !== undefined && { accountId }) },
    ],
  }
}
