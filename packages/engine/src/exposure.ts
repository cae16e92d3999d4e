import { assign, type AssignmentDecision } from './assignment/assign.ts'
import type { Assignment } from './assignment/assignment.ts'
import type { Arm, Experiment } from './assignment/experiment.ts'
import { isReleasedTo, type Catalogue } from './catalogue.ts'
import { enrolmentIn, happening, type Decision, type World } from './decision.ts'
import { conditionFacts } from './facts.ts'
import type { Flow } from './flow.ts'
import type { Enrolment, Person } from './person.ts'

const rowOf = (person: Person, { id }: Experiment, kind: Assignment['kind']): Assignment | undefined =>
  person.assignments.find((row) => row.experiment === id && row.kind === kind)

const unitOf = (person: Person, { document }: Experiment): string | null =>
  document.unit === 'account' ? person.accountId : person.userId

const armOf = (now: number, person: Person, experiment: Experiment): AssignmentDecision =>
  assign(
    experiment,
    { unit: unitOf(person, experiment), userId: person.userId, facts: conditionFacts(person) },
    now,
    rowOf(person, experiment, experiment.document.unit),
  )

/** A flow is entered once: in one of the experiment's, but not through it, the person can meet no difference any more. */
const hasEnteredBefore = (person: Person, experiment: Experiment): boolean => {
  const { flow, arms } = experiment.document
  const flows = [flow, ...arms.map((arm) => arm.flow)]
  return (
    !experiment.isOfConfig &&
    rowOf(person, experiment, 'user') === undefined &&
    person.enrolments.some((enrolment) => flows.includes(enrolment.flow))
  )
}

/** The arm that the experiment would have the person in now. */
export const decideArm = (now: number, person: Person, experiment: Experiment): AssignmentDecision => {
  const decided = armOf(now, person, experiment)
  if (decided.arm === null || !hasEnteredBefore(person, experiment)) return decided
  return { arm: null, reason: 'entered_before' }
}

/**
 * The person meets the difference: from now on the ledger decides, and that is told once, however often they meet it.
 * The first member of an account puts the account into its arm, be it one who met the experiment in another account.
 */
export const expose = (
  now: number,
  person: Person,
  experiment: Experiment,
  enrolment: Enrolment,
): Decision => {
  const decided = armOf(now, person, experiment)
  const nothing: Decision = { person, happenings: [] }
  if (decided.arm === null) return nothing
  const { id, document, phase } = experiment
  const isTester = decided.source === 'tester'
  const isByAccount = document.unit === 'account' && !isTester
  const ofAccount = isByAccount ? rowOf(person, experiment, 'account') : undefined
  const own: Assignment = {
    experiment: id,
    flow: document.flow,
    kind: 'user',
    unit: person.userId,
    arm: decided.arm.id,
    phase: ofAccount?.phase ?? phase,
    source: isTester ? 'tester' : 'hash',
    assignedAt: now,
    exposedAt: now,
  }
  const isFirst = isByAccount && ofAccount === undefined
  const shared =
    isFirst && person.accountId !== null ? [{ ...own, kind: 'account' as const, unit: person.accountId }] : []
  const withRows = (rows: readonly Assignment[]): Person => ({
    ...person,
    assignments: [...person.assignments, ...rows],
  })
  if (rowOf(person, experiment, 'user'))
    return shared.length === 0 ? nothing : { person: withRows(shared), happenings: [] }
  const data = { experiment: id, arm: own.arm, phase: own.phase, source: own.source }
  return {
    person: withRows([...shared, own]),
    happenings: [happening('experiment.exposed', enrolment, data)],
  }
}

/** `EXPERIMENT/ARM`: how enrolments and figures name it. */
export const armName = ({ id }: Experiment, arm: string): string => `${id}/${arm}`

/** Where a newcomer of a flow is to be enrolled, and by which experiment. */
export type Entry = {
  readonly flow: Flow
  readonly experiment: Experiment | null
  readonly arm: string | null
}

const flowOf = (catalogue: Catalogue, person: Person, control: Flow, arm: Arm): Flow | undefined => {
  if (arm.version !== undefined) return catalogue.flows.get(control.name)?.versions.get(arm.version)
  if (arm.flow === undefined || arm.flow === control.name) return control
  const live = catalogue.flows.get(arm.flow)
  return live?.open && isReleasedTo(catalogue, person, arm.flow) ? live.flow : undefined
}

/**
 * The flow's own version in force, unless an experiment of flows or versions has the person in another arm: the first by
 * id. Where the arm's flow is switched off or not open, they enter as if there were no experiment, and count in no arm.
 */
export const entryOf = ({ catalogue, now }: World, person: Person, control: Flow): Entry => {
  for (const experiment of catalogue.experiments) {
    if (experiment.isOfConfig || experiment.document.flow !== control.name) continue
    const { arm } = decideArm(now, person, experiment)
    const flow = arm && flowOf(catalogue, person, control, arm)
    if (arm && flow) return { flow, experiment, arm: armName(experiment, arm.id) }
  }
  return { flow: control, experiment: null, arm: null }
}

/** The flow that the person is in instead of the named one, because an experiment of that had them enter there. */
export const enteredInstead = ({ experiments }: Catalogue, person: Person, named: string): string => {
  if (enrolmentIn(person, named)) return named
  const ways = experiments
    .filter(({ document }) => document.flow === named)
    .flatMap((experiment) =>
      experiment.document.arms.map(({ id, flow }) => ({ flow, arm: armName(experiment, id) })),
    )
  const entered = person.enrolments.find((one) =>
    ways.some(({ flow, arm }) => one.flow === flow && one.arm === arm),
  )
  return entered?.flow ?? named
}
