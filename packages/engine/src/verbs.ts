import { enrolmentIn, happening, refuse, situationOf, withEnrolment } from './decision.ts'
import type { Decision, World } from './decision.ts'
import { place } from './enrolment.ts'
import { guideOf, latestSnooze, type GuideStep } from './guide.ts'
import type { Enrolment, Person, Source, StepState } from './person.ts'
import { andThen, settle } from './settle.ts'
import { rowsOf, stateOf, withState } from './step-state.ts'
import { transition } from './transition.ts'

/** The person's own read: enrols, offers, carries over and completes, and nothing else. */
export const look = (world: World, person: Person, flow?: string): Decision => {
  const placed = place(world, person, flow)
  if (placed.flow === null) return placed
  const { flow: shown } = placed
  return andThen(placed, (enrolled) => settle(world, enrolled, shown))
}

export type StepChange = {
  readonly stepId: string
  readonly to: 'done' | 'skipped'
  readonly flow?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly reason?: string | undefined
  readonly source: Source
  /** Whose doing it is: the person's own id, or null for the host's server. */
  readonly by: string | null
}

const notFound = (person: Person, stepId: string): Decision =>
  refuse(
    person,
    'step_not_found',
    `There is no step "${stepId}" for this person now. GET /api/onboarding lists theirs.`,
  )

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

const settleStep = (
  world: World,
  person: Person,
  enrolment: Enrolment,
  seen: GuideStep,
  change: StepChange,
): Decision => {
  const { to, by, source } = change
  const metadata = change.metadata ?? null
  const reason = change.reason ?? null
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

/** Completes or skips one step. */
export const changeStep = (world: World, person: Person, change: StepChange): Decision => {
  const placed = place(world, person, change.flow)
  if (placed.refusal) return placed
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return notFound(person, change.stepId)
  const guide = guideOf(flow, enrolment, situationOf(placed.person, world.now))
  const seen = guide.steps.find((step) => step.id === change.stepId)
  if (seen === undefined) return notFound(person, change.stepId)
  const decided = transition({
    stepId: seen.id,
    from: seen.status,
    to: change.to,
    required: seen.required,
    openDependencies: seen.openDependencies,
    allowed: seen.allowed,
    restrictedTo: seen.step.restrictedTo ?? [],
    completion: seen.step.completion,
    proven: change.source !== 'user',
  })
  if (decided.kind === 'refused') return { person, happenings: [], refusal: decided.refusal }
  const offered = andThen(placed, (enrolled) => settle(world, enrolled, flow))
  if (decided.kind === 'unchanged') return offered
  const changed = andThen(offered, (enrolled) =>
    settleStep(world, enrolled, enrolmentIn(enrolled, flow.name) ?? enrolment, seen, change),
  )
  return andThen(changed, (settled) => settle(world, settled, flow))
}

export type Snooze = {
  /** Milliseconds since 1970. */
  readonly until: number
  /** The step that the request names; it must be one that the person sees. */
  readonly stepId: string
  readonly flow?: string | undefined
}

/** Puts the nudge to sleep until the moment asked for, at most the flow's `snoozeDays` from now. */
export const snooze = (world: World, person: Person, { until, stepId, flow: flowName }: Snooze): Decision => {
  const placed = place(world, person, flowName)
  if (placed.refusal) return placed
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return notFound(person, stepId)
  const guide = guideOf(flow, enrolment, situationOf(placed.person, world.now))
  if (!guide.steps.some(({ id }) => id === stepId)) return notFound(person, stepId)
  if (until <= world.now) {
    return refuse(person, 'snooze_past', 'The moment to snooze until has passed. Send one that is to come.')
  }
  const { maxSnoozes } = flow.nudge
  if (enrolment.snoozeCount >= maxSnoozes) {
    return refuse(
      person,
      'snooze_limit',
      `The reminder was snoozed ${enrolment.snoozeCount} times; ${maxSnoozes} is the most.`,
    )
  }
  const snoozed: Enrolment = {
    ...enrolment,
    snoozeCount: enrolment.snoozeCount + 1,
    snoozedUntil: Math.min(until, latestSnooze(flow, world.now)),
  }
  const data = { until: snoozed.snoozedUntil, snoozeCount: snoozed.snoozeCount }
  const asleep: Decision = {
    flow,
    person: withEnrolment(placed.person, snoozed),
    happenings: [...placed.happenings, happening('onboarding.nudge_snoozed', snoozed, data)],
  }
  return andThen(asleep, (enrolled) => settle(world, enrolled, flow))
}

const notEnrolled = (person: Person): Decision =>
  refuse(person, 'not_enrolled', 'No flow is open to this person now, so there is nothing to change.')

/** Puts a whole flow aside. Gates still hold, and its steps can still be done. */
export const skipFlow = (world: World, person: Person, flowName?: string, reason?: string): Decision => {
  const placed = place(world, person, flowName)
  if (placed.refusal) return placed
  const { flow, enrolment } = placed
  if (flow === null || enrolment === null) return notEnrolled(person)
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
  if (flow === null || enrolment === null) return notEnrolled(person)
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
