import { durationBin } from './bins.ts'
import { dayMs, hourOf } from './spans.ts'
import type { Count, JourneyTally, StepTally, Tally } from './tally.ts'

const one = (holds: boolean): number => (holds ? 1 : 0)

const journeyCounts = ({ segment, startedAt, status }: JourneyTally, signedUpAt: number): Count[] => {
  const begins = hourOf(startedAt)
  const entered = {
    of: 'journey' as const,
    segment,
    begins,
    enrolled: 1,
    completed: one(status === 'completed'),
    skipped: one(status === 'skipped'),
  }
  const signedUp = hourOf(signedUpAt)
  if (signedUp === begins) return [{ ...entered, signedUp: 1 }]
  return [
    { ...entered, signedUp: 0 },
    { of: 'journey', segment, begins: signedUp, enrolled: 0, completed: 0, skipped: 0, signedUp: 1 },
  ]
}

/** Which of the steps were done in the order in which they were shown, each after the one before it; up to the first that was not. */
const inOrder = (steps: readonly StepTally[]): Set<StepTally> => {
  const run = new Set<StepTally>()
  let last = -Infinity
  for (const step of steps) {
    if (step.status !== 'done' || step.settledAt === null || step.settledAt < last) break
    last = step.settledAt
    run.add(step)
  }
  return run
}

const stepCounts = ({ segment, startedAt, steps }: JourneyTally): Count[] => {
  const run = inOrder(steps)
  return steps
    .filter(({ isOffered }) => isOffered)
    .map((step) => ({
      of: 'step',
      segment,
      begins: hourOf(startedAt),
      stepId: step.id,
      offered: 1,
      reached: one(step.isReached),
      done: one(step.status === 'done'),
      skipped: one(step.status === 'skipped'),
      inOrder: one(run.has(step)),
    }))
}

const durationCounts = (journey: JourneyTally, { values }: Tally, signedUpAt: number): Count[] => {
  const { segment, startedAt, status, completedAt, activatedAt } = journey
  const took = (measure: string, from: number, to: number): Count => ({
    of: 'duration',
    segment,
    begins: hourOf(from),
    measure,
    bin: durationBin(to - from),
    people: 1,
  })
  return [
    ...(status === 'completed' && completedAt !== null ? [took('complete', startedAt, completedAt)] : []),
    ...(activatedAt === null ? [] : [took('activation', signedUpAt, activatedAt)]),
    ...values.map(({ event, at }) => took(`event:${event}`, signedUpAt, at)),
  ]
}

const valueCounts = ({ segment }: JourneyTally, { values }: Tally, signedUpAt: number): Count[] =>
  values.map(({ event, at, onDay1, onDay7 }) => ({
    of: 'value',
    segment,
    begins: hourOf(signedUpAt),
    event,
    people: 1,
    withinDay: one(at <= signedUpAt + dayMs),
    withinWeek: one(at <= signedUpAt + 7 * dayMs),
    onDay1: one(onDay1),
    onDay7: one(onDay7),
  }))

const returnCounts = ({ segment }: JourneyTally, { days }: Tally, signedUpAt: number): Count[] =>
  days.map((day) => ({ of: 'return', segment, begins: hourOf(signedUpAt), day, people: 1 }))

/** All that the person stands in now; what only happens (nudges, attempts) is told when it is folded. */
export const countsOf = (tally: Tally): Count[] => {
  const { signedUpAt } = tally
  return signedUpAt === null
    ? []
    : tally.journeys.flatMap((journey) => [
        ...journeyCounts(journey, signedUpAt),
        ...stepCounts(journey),
        ...durationCounts(journey, tally, signedUpAt),
        ...valueCounts(journey, tally, signedUpAt),
        ...returnCounts(journey, tally, signedUpAt),
      ])
}
