import type { Step } from './flow.ts'
import type { Enrolment, Person, StepState, StepStatus } from './person.ts'

const weight: Record<StepStatus, number> = { todo: 0, skipped: 1, done: 2 }

/** What is done outweighs what is not; else the newer version's row tells more. */
const outweighs = (one: StepState, other: StepState): boolean =>
  weight[one.status] - weight[other.status] > 0 ||
  (one.status === other.status && one.stepVersion > other.stepVersion)

/**
 * The state that counts for the step as this version of the flow has it: what was done in it or (unless the step asks to
 * be redone) in an older one of its lineage, else the newest of their rows. Rows of newer versions never count. So going
 * back to an older flow version gives back what was done in it, and undoes renames; and what is done after going back
 * still counts when the newer version is published again, although the step was only offered in that one.
 */
export const stateOf = (step: Step, states: readonly StepState[]): StepState | undefined => {
  let best: StepState | undefined
  for (const state of states) {
    if (state.stepId !== step.lineage || state.stepVersion > step.version) continue
    if (state.stepVersion < step.version && step.onVersionChange === 'redo') continue
    if (best === undefined || outweighs(state, best)) best = state
  }
  return best
}

/** What the members of the person's account share in the flow. */
const accountStates = (person: Person, flow: string): readonly StepState[] =>
  person.accountFlows.find((shared) => shared.flow === flow)?.steps ?? []

/** The rows that hold the step's status: the account's for a step of scope `account`, else the person's own. */
export const rowsOf = (
  step: Step,
  person: Person,
  enrolment: Pick<Enrolment, 'flow' | 'steps'>,
): readonly StepState[] =>
  step.scope === 'account' ? accountStates(person, enrolment.flow) : enrolment.steps

/** When an older version of the step was last settled; -Infinity when none was, or the step keeps what was done in them. */
export const askedAnewSince = (step: Step, states: readonly StepState[]): number =>
  step.onVersionChange === 'keep'
    ? -Infinity
    : Math.max(
        -Infinity,
        ...states
          .filter(
            ({ stepId, stepVersion, status }) =>
              // One with a time that is still to do was settled by others, for the account.
              stepId === step.lineage && stepVersion < step.version && status !== 'todo',
          )
          .map(({ settledAt }) => settledAt ?? -Infinity),
      )

/**
 * Whether the person has heard that the step was settled then; who settled it themselves when it was each person's own needs
 * no telling.
 */
export const isTold = (
  step: Step,
  settledAt: number | null,
  { steps }: Pick<Enrolment, 'steps'>,
): boolean => {
  const own = stateOf(step, steps)
  return own !== undefined && (own.status !== 'todo' || own.settledAt === settledAt)
}

/** The status that counts: a skipped step that is required now is todo again. */
export const statusOf = (state: StepState | undefined, required: boolean): StepStatus =>
  state === undefined || (required && state.status === 'skipped') ? 'todo' : state.status

/** The rows with the step's own row changed (or added with `todo` and nothing known); carries over what is known of an older version. */
export const withState = (
  states: readonly StepState[],
  step: Step,
  change: Partial<StepState>,
): readonly StepState[] => {
  const known = stateOf(step, states)
  const blank: StepState = {
    stepId: step.lineage,
    stepVersion: step.version,
    status: 'todo',
    offeredAt: null,
    reachedAt: null,
    settledAt: null,
    settledBy: null,
    source: null,
    reason: null,
    metadata: null,
  }
  const next = { ...blank, ...known, stepId: step.lineage, stepVersion: step.version, ...change }
  const rest = states.filter((state) => state.stepId !== step.lineage || state.stepVersion !== step.version)
  return [...rest, next]
}
