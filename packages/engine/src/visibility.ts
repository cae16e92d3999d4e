import type { Step } from './flow.ts'
import type { Person } from './person.ts'

/** The person and the moment that a decision is about. `facts` is `conditionFacts(person)`. */
export type Situation = {
  readonly person: Person
  readonly facts: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970. */
  readonly now: number
}

export type VisibilityRule = {
  readonly name: string
  readonly holds: (step: Step, situation: Situation) => boolean
}

const includes = (allowed: readonly string[] | undefined, fact: string | undefined): boolean =>
  allowed === undefined || (fact !== undefined && allowed.includes(fact))

/** A step is visible when all of these hold. An unknown fact fits no list. */
export const visibilityRules: readonly VisibilityRule[] = [
  { name: 'activeFrom', holds: (step, { now }) => now >= step.activeFromMs },
  { name: 'activeTo', holds: (step, { now }) => now < step.activeToMs },
  { name: 'markets', holds: (step, { person }) => includes(step.markets, person.facts.market) },
  { name: 'roles', holds: (step, { person }) => includes(step.roles, person.facts.role) },
  {
    name: 'requiredPlan',
    holds: (step, { person }) =>
      step.plans === null || (person.facts.plan !== undefined && step.plans.has(person.facts.plan)),
  },
  { name: 'account', holds: (step, { person }) => step.scope === 'person' || person.accountId !== null },
  { name: 'condition', holds: (step, { facts }) => step.holds(facts) },
]

export const isVisible = (step: Step, situation: Situation): boolean =>
  visibilityRules.every((rule) => rule.holds(step, situation))

/** Whether the person's role lets them change the step themselves. */
export const mayChange = (step: Step, person: Person): boolean =>
  includes(step.restrictedTo, person.facts.role)
