import { flowServed } from './catalogue.ts'
import type { World } from './decision.ts'
import { checkGate, needsOf, type GateQuestion } from './gate.ts'
import type { EnrolmentStatus, Person, StepStatus } from './person.ts'

/** What a gate found in one enrolment. */
export type GateEnrolment = {
  readonly flow: string
  readonly version: number
  readonly status: EnrolmentStatus
  /** Steps that the gate asks for here. One that the person does not see is no obstacle. */
  readonly steps: readonly {
    readonly id: string
    readonly visible: boolean
    readonly status: StepStatus | null
  }[]
}

export type GateExplanation = {
  readonly gate: string
  readonly allowed: boolean
  readonly missing: readonly { readonly flow: string; readonly step: string }[]
  /** Every enrolment that it looked at, in the order in which it did. */
  readonly enrolments: readonly GateEnrolment[]
}

/** Why a gate lets the person pass or not. `person` is as `checkGate` leaves them. */
export const explainGate = (
  world: World,
  person: Person,
  question: GateQuestion & { readonly gate: string },
): GateExplanation => {
  const missing = checkGate(world, person, question).missing
  return {
    gate: question.gate,
    allowed: missing.length === 0,
    missing: missing.map(({ flow, step }) => ({ flow, step: step.id })),
    enrolments: needsOf(world, person, question).map(({ enrolment: { flow, version, status }, needs }) => ({
      flow,
      version,
      status,
      steps: (flowServed(world.catalogue, { flow, version })?.gates.get(question.gate)?.steps ?? []).map(
        (id) => {
          const need = needs.find(({ step }) => step.id === id)
          return { id, visible: need !== undefined, status: need?.status ?? null }
        },
      ),
    })),
  }
}
