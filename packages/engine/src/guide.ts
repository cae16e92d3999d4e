import type { Flow, Step } from './flow.ts'
import type { Enrolment, Person, StepState } from './person.ts'
import type { CountedStep } from './progress.ts'
import { rowsOf, stateOf, statusOf } from './step-state.ts'
import { isVisible, mayChange, type Situation } from './visibility.ts'

/** A visible step as it stands for the person now. */
export type GuideStep = CountedStep & {
  readonly step: Step
  readonly state: StepState | undefined
  /** The person's role may change it. */
  readonly allowed: boolean
  /** Visible dependencies that are not done. */
  readonly openDependencies: readonly string[]
}

/** What a person sees of one flow: its visible steps, in order. */
export type Guide = {
  readonly flow: Flow
  readonly enrolment: Enrolment
  readonly steps: readonly GuideStep[]
}

const none: readonly string[] = []

/** A dependency that the person does not see holds nothing up: they could never finish it. */
const openDependencies = (step: Step, done: ReadonlyMap<string, boolean>): readonly string[] =>
  step.dependsOn.length === 0 ? none : step.dependsOn.filter((id) => done.get(id) === false)

export const guideOf = (flow: Flow, enrolment: Enrolment, situation: Situation): Guide => {
  const { person } = situation
  const seen = flow.steps
    .filter((step) => isVisible(step, situation))
    .map((step) => {
      const state = stateOf(step, rowsOf(step, person, enrolment))
      const required = step.required(situation.facts)
      return { step, state, required, status: statusOf(state, required) }
    })
  const done = new Map(seen.map(({ step, status }) => [step.id, status === 'done']))
  const steps = seen.map(({ step, state, required, status }): GuideStep => {
    const open = openDependencies(step, done)
    return {
      id: step.id,
      weight: step.weight,
      required,
      status,
      locked: open.length > 0,
      step,
      state,
      allowed: mayChange(step, person),
      openDependencies: open,
    }
  })
  return { flow, enrolment, steps }
}

/** The person as they would be in another market: changes what is shown, never what a gate decides. */
export const inMarket = (person: Person, market: string): Person => ({
  ...person,
  facts: { ...person.facts, market },
})
