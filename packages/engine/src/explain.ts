import { explainCondition, type Clause } from './condition/explain.ts'
import { enrolmentShown, flowServed, type LiveFlow } from './catalogue.ts'
import { situationOf, type World } from './decision.ts'
import type { Flow, Step } from './flow.ts'
import { guideOf } from './guide.ts'
import type { Enrolment, EnrolmentStatus, Person, StepStatus } from './person.ts'
import { proofOf } from './proof.ts'
import type { Publication } from './publication.ts'
import { rowsOf, stateOf, statusOf } from './step-state.ts'
import { isVisible, mayChange, visibilityRules, type Situation } from './visibility.ts'

/** One rule of a step and the values that decided it. `found` is absent when the fact is unknown. */
export type ExplainedRule = {
  readonly rule: string
  readonly holds: boolean
  /** It does not hold because the fact that it asks for is not known. */
  readonly unknown?: true
  readonly expected?: unknown
  readonly found?: unknown
  readonly clauses?: readonly Clause[]
}

export type ExplainedStep = {
  readonly id: string
  readonly visible: boolean
  readonly required: boolean
  readonly status: StepStatus
  /** Whether the person sees it, and must do it. */
  readonly rules: readonly ExplainedRule[]
  /** Whether they may do it, and what does it for them. */
  readonly settling: readonly ExplainedRule[]
}

/** How the person came to the version that they are in. */
export type ExplainedEnrolment = {
  readonly status: EnrolmentStatus
  readonly startedAt: number
  readonly completedAt: number | null
  readonly restartedAt: number | null
  readonly versionInForce: number
  /** The publication that lets them finish an older version than the one in force; null when they are in that. */
  readonly pinnedBy: Publication | null
  /** Oldest first. */
  readonly publications: readonly Publication[]
}

export type Explanation = {
  readonly flow: { readonly name: string; readonly version: number } | null
  readonly enrolment?: ExplainedEnrolment
  readonly steps: readonly ExplainedStep[]
}

type Evidence = Omit<ExplainedRule, 'rule' | 'holds' | 'unknown'>

/** What each visibility rule compared. */
const evidence: { readonly [rule: string]: (step: Step, situation: Situation) => Evidence } = {
  activeFrom: ({ definition }, { now }) => ({ expected: definition.activeFrom, found: now }),
  activeTo: ({ definition }, { now }) => ({ expected: definition.activeTo, found: now }),
  markets: ({ markets }, { person }) => ({ expected: markets, found: person.facts.market }),
  roles: ({ roles }, { person }) => ({ expected: roles, found: person.facts.role }),
  requiredPlan: ({ definition }, { person }) => ({
    expected: definition.requiredPlan,
    found: person.facts.plan,
  }),
  account: ({ scope }, { person }) => ({ expected: scope, found: person.accountId ?? undefined }),
  condition: ({ condition }, { facts }) =>
    condition === undefined ? {} : { clauses: explainCondition(condition, facts) },
}

const ruled = (rule: string, holds: boolean, { clauses, ...compared }: Evidence = {}): ExplainedRule => {
  const isUnknown = clauses
    ? clauses.some(({ result }) => result === 'unknown')
    : compared.expected !== undefined && compared.found === undefined
  return {
    rule,
    holds,
    ...(!holds && isUnknown && { unknown: true }),
    ...compared,
    ...(clauses && { clauses }),
  }
}

const visibilityOf = (step: Step, situation: Situation): ExplainedRule[] =>
  visibilityRules.map(({ name, holds }) =>
    ruled(name, holds(step, situation), evidence[name]?.(step, situation)),
  )

const requirementOf = (step: Step, { facts }: Situation): ExplainedRule => {
  const expected = step.definition.required
  return {
    ...ruled('required', step.required(facts), {
      ...(typeof expected === 'object' && { clauses: explainCondition(expected, facts) }),
    }),
    expected,
  }
}

type Asked = {
  readonly flow: Flow
  readonly enrolment: Enrolment
  readonly situation: Situation
  /** By id, of the steps that the person sees: those that they wait for. */
  readonly open: ReadonlyMap<string, readonly string[]>
}

const settlingOf = (step: Step, { flow, enrolment, situation, open }: Asked): ExplainedRule[] => {
  const { person } = situation
  const waits = open.get(step.id) ?? []
  const trigger =
    step.trigger && flow.triggers.get(step.trigger.event)?.find(({ stepId }) => stepId === step.id)
  const proof = step.trigger && trigger && proofOf({ step, trigger }, step.trigger.event, person, enrolment)
  const source = stateOf(step, rowsOf(step, person, enrolment))?.source ?? undefined
  const isClaimEnough = step.completion === 'claim'
  return [
    ruled('restrictedTo', mayChange(step, person), {
      expected: step.restrictedTo,
      found: person.facts.role,
    }),
    { ...ruled('dependsOn', waits.length === 0), expected: step.definition.dependsOn, found: waits },
    { ...ruled('completion', isClaimEnough), expected: step.completion, found: source },
    {
      ...ruled('remembered', proof !== undefined),
      expected: step.trigger?.event,
      found: proof && { at: proof.at, properties: proof.properties },
    },
  ]
}

const explainStep = (step: Step, asked: Asked): ExplainedStep => {
  const { enrolment, situation } = asked
  const required = step.required(situation.facts)
  return {
    id: step.id,
    visible: isVisible(step, situation),
    required,
    status: statusOf(stateOf(step, rowsOf(step, situation.person, enrolment)), required),
    rules: [...visibilityOf(step, situation), requirementOf(step, situation)],
    settling: settlingOf(step, asked),
  }
}

const explainEnrolment = (enrolment: Enrolment, live: LiveFlow): ExplainedEnrolment => {
  const { status, startedAt, completedAt, restartedAt, publication } = enrolment
  const { publications } = live
  const isPinned = enrolment.version !== live.flow.version
  const met = publications.filter(({ id }) => publication !== null && id <= publication)
  return {
    status,
    startedAt,
    completedAt,
    restartedAt,
    versionInForce: live.flow.version,
    pinnedBy: isPinned ? (met.findLast(({ policy }) => policy === 'pin') ?? null) : null,
    publications,
  }
}

/** Why a person sees the steps they see: every rule of every step of the flow, with the values that decided it. */
export const explain = (world: World, person: Person, about: Pick<Flow, 'name'> | null): Explanation => {
  const name = about?.name ?? enrolmentShown(person)?.flow
  const enrolment = person.enrolments.find(({ flow }) => flow === name)
  const live = enrolment && world.catalogue.flows.get(enrolment.flow)
  const flow = enrolment && flowServed(world.catalogue, enrolment)
  if (flow === undefined || enrolment === undefined || live === undefined) return { flow: null, steps: [] }
  const situation = situationOf(person, world.now)
  const { steps } = guideOf(flow, enrolment, situation)
  const open = new Map(steps.map(({ id, openDependencies }) => [id, openDependencies]))
  const asked = { flow, enrolment, situation, open }
  return {
    flow: { name: flow.name, version: flow.version },
    enrolment: explainEnrolment(enrolment, live),
    steps: flow.steps.map((step) => explainStep(step, asked)),
  }
}
