import type { AssignmentSource, NotAssigned } from './assignment/assign.ts'
import type { ExperimentStatus } from './assignment/experiment.ts'
import type { World } from './decision.ts'
import { decideArm } from './exposure.ts'
import type { Person } from './person.ts'

/** Why a person is in an arm of an experiment, or in none. */
export type ExplainedExperiment = {
  readonly experiment: string
  readonly flow: string
  readonly status: ExperimentStatus
  readonly arm: string | null
  /** How they came to the arm, or why they have none. */
  readonly decidedBy: AssignmentSource | NotAssigned
  /** They have met the difference. Before, the ledger has no row of them, and a new allocation may move them. */
  readonly exposed: boolean
}

/** Of every experiment on a flow that the person is in or asked for; by id. */
export const explainExperiments = (
  { catalogue, now }: World,
  person: Person,
  named?: string,
): ExplainedExperiment[] =>
  catalogue.experiments
    .filter(({ document: { flow } }) => named === undefined || flow === named)
    .map((experiment) => {
      const { id, document, status } = experiment
      const decided = decideArm(now, person, experiment)
      return {
        experiment: id,
        flow: document.flow,
        status,
        arm: decided.arm && decided.arm.id,
        decidedBy: decided.arm === null ? decided.reason : decided.source,
        exposed: person.assignments.some(({ experiment: of, kind }) => of === id && kind === 'user'),
      }
    })
