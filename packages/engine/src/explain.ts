import { explainCondition, type Clause } from './condition/explain.ts'
import { enrolmentShown } from './catalogue.ts'
import { situationOf, type World } from './decision.ts'
import type { Flow, Step } from './flow.ts'
import type { Person, StepStatus } from './person.ts'
import { rowsOf, stateOf, statusOf } from './step-state.ts'
import { visibilityRules, type Situation } from './visibility.ts'

/** One rule of a step and the values that decided it. `found` is absent when the fact is unknown. */
export type ExplainedRule = {
  readonly rule: string
  readonly holds: boolean
  readonly expected?: unknown
  readonly found?: unknown
  readonly clauses?: readonly Clause[]
}

export type ExplainedStep = {
  readonly id: string
  readonly visible: boolean
  readonly required: boolean
  readonly status: StepStatus
  readonly rules: readonly ExplainedRule[]
}

export type Explanation = {
  readonly flow: { readonly name: string; readonly version: number } | null
  readonly steps: readonly ExplainedStep[]
}

type Evidence = Omit<ExplainedRule, 'rule' | 'holds'>

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

const explainStep = (step: Step, situation: Situation): { visible: boolean; rules: ExplainedRule[] } => {
  const rules = visibilityRules.map(({ name, holds }) => ({
    rule: name,
    holds: holds(step, situation),
    ...evidence[name]?.(step, situation),
  }))
  const required = step.definition.required
  const requiredRule: ExplainedRule = {
    rule: 'required',
    holds: step.required(situation.facts),
    expected: required,
    ...(typeof required === 'object' && { clauses: explainCondition(required, situation.facts) }),
  }
  return { visible: rules.every((rule) => rule.holds), rules: [...rules, requiredRule] }
}

/** Why a person sees the steps they see: every rule of every step of the flow, with the values that decided it. */
export const explain = (world: World, person: Person, about: Flow | null): Explanation => {
  const name = about?.name ?? enrolmentShown(person)?.flow
  const enrolment = person.enrolments.find(({ flow }) => flow === name)
  const flow = enrolment && world.catalogue.flows.get(enrolment.flow)?.flow
  if (flow === undefined || enrolment === undefined) return { flow: null, steps: [] }
  const situation = situationOf(person, world.now)
  return {
    flow: { name: flow.name, version: flow.version },
    steps: flow.steps.map((step) => {
      const required = step.required(situation.facts)
      const status = statusOf(stateOf(step, rowsOf(step, person, enrolment)), required)
      return { id: step.id, required, status, ...explainStep(step, situation) }
    }),
  }
}
