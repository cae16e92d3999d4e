import type { StepStatus } from './person.ts'

/** What progress and position are counted from: one row a visible step, in the order of the flow. */
export type CountedStep = {
  readonly id: string
  readonly required: boolean
  readonly weight: number
  readonly status: StepStatus
  /** A dependency is not done yet. */
  readonly locked: boolean
}

export type Position = {
  /** Ordinal, from 1, of the next step among the visible ones; the total when there is none. */
  readonly current: number
  readonly total: number
  readonly completed: number
  readonly skipped: number
}

/** `round(100 × Σ weight done / Σ weight counted)`, counted being required or not skipped; 0 when nothing is counted. */
export const progressOf = (steps: readonly CountedStep[]): number => {
  let done = 0
  let counted = 0
  for (const step of steps) {
    if (!step.required && step.status === 'skipped') continue
    counted += step.weight
    if (step.status === 'done') done += step.weight
  }
  return counted === 0 ? 0 : Math.round((100 * done) / counted)
}

/** Index of the first `todo` step whose dependencies are done, or -1. */
const nextIndex = (steps: readonly CountedStep[]): number =>
  steps.findIndex((step) => step.status === 'todo' && !step.locked)

export const nextStepOf = (steps: readonly CountedStep[]): string | null =>
  steps[nextIndex(steps)]?.id ?? null

export const positionOf = (steps: readonly CountedStep[]): Position => {
  const next = nextIndex(steps)
  return {
    current: next === -1 ? steps.length : next + 1,
    total: steps.length,
    completed: steps.filter((step) => step.status === 'done').length,
    skipped: steps.filter((step) => step.status === 'skipped').length,
  }
}

/**
 * Whether an enrolment is finished: every visible required step done; with no required step every visible step done or
 * skipped. Nothing visible is never finished.
 */
export const isFinished = (steps: readonly CountedStep[]): boolean => {
  if (steps.length === 0) return false
  const required = steps.filter((step) => step.required)
  return required.length > 0
    ? required.every((step) => step.status === 'done')
    : steps.every((step) => step.status !== 'todo')
}
