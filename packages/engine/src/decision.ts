import type { Catalogue } from './catalogue.ts'
import type { Flow } from './flow.ts'
import { conditionFacts } from './facts.ts'
import type { Happening, HappeningType } from './happening.ts'
import type { Enrolment, Person } from './person.ts'
import { refusal, type Refusal } from './refusal.ts'
import type { Situation } from './visibility.ts'

/** What surrounds a decision: the flows in force and the time, in milliseconds since 1970. */
export type World = { readonly catalogue: Catalogue; readonly now: number }

/**
 * The next state and what happened, or why not. `person` is the very same object when nothing changed, and so is every
 * part of it that did not; the store writes what differs.
 */
export type Decision = {
  readonly person: Person
  readonly happenings: readonly Happening[]
  readonly refusal?: Refusal | undefined
  /** The flow that it was about; null when none lets the person in. */
  readonly flow?: Flow | null
}

export const refuse = (person: Person, ...reason: Parameters<typeof refusal>): Decision => ({
  person,
  happenings: [],
  refusal: refusal(...reason),
})

export const situationOf = (person: Person, now: number): Situation => ({
  person,
  facts: conditionFacts(person),
  now,
})

export const happening = (
  type: HappeningType,
  { flow, version }: Pick<Enrolment, 'flow' | 'version'>,
  data: Happening['data'] = {},
  stepId: string | null = null,
): Happening => ({ type, flow, version, stepId, data })

export const iso = (ms: number): string => new Date(ms).toISOString()

export const withEnrolment = (person: Person, enrolment: Enrolment): Person => ({
  ...person,
  enrolments: [...person.enrolments.filter((other) => other.flow !== enrolment.flow), enrolment],
})

export const enrolmentIn = (person: Person, flow: string): Enrolment | undefined =>
  person.enrolments.find((enrolment) => enrolment.flow === flow)
