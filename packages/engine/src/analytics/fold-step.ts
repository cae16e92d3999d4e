import { hourMs, hourOf } from './spans.ts'
import type { Attempts, Count, JourneyTally, StepTally } from './tally.ts'

/** Bounds of what is kept of one person: of more steps the first, of more times the newest. */
const mostSteps = 100
const mostTimes = 60
const minuteMs = 60_000

const unheardOf = (id: string): StepTally => ({
  id,
  isOffered: false,
  isReached: false,
  status: 'todo',
  settledAt: null,
  blockedAt: [],
  doneAt: [],
})

const stepOf = ({ steps }: JourneyTally, id: string): StepTally =>
  steps.find((step) => step.id === id) ?? unheardOf(id)

/** Steps stand in the order in which they were shown; those that were not shown yet behind all others. */
const withStep = (journey: JourneyTally, step: StepTally): JourneyTally => {
  const { steps } = journey
  const known = steps.find(({ id }) => id === step.id)
  if (known === undefined && steps.length >= mostSteps) return journey
  if (known?.isOffered === step.isOffered)
    return { ...journey, steps: steps.map((one) => (one === known ? step : one)) }
  const others = steps.filter((one) => one !== known)
  const shown = others.filter(({ isOffered }) => isOffered)
  const hidden = others.filter(({ isOffered }) => !isOffered)
  return { ...journey, steps: step.isOffered ? [...shown, step, ...hidden] : [...others, step] }
}

export const offerStep = (journey: JourneyTally, id: string): JourneyTally => {
  const step = stepOf(journey, id)
  return step.isOffered ? journey : withStep(journey, { ...step, isOffered: true })
}

export const reachStep = (journey: JourneyTally, id: string): JourneyTally => {
  const step = stepOf(journey, id)
  return step.isReached ? journey : withStep(journey, { ...step, isOffered: true, isReached: true })
}

export const skipStep = (journey: JourneyTally, id: string, at: number): JourneyTally =>
  withStep(journey, {
    ...stepOf(journey, id),
    isOffered: true,
    isReached: true,
    status: 'skipped',
    settledAt: at,
  })

export const resetStep = (journey: JourneyTally, id: string): JourneyTally =>
  withStep(journey, { ...stepOf(journey, id), status: 'todo', settledAt: null })

const recovers = (doneAt: number, blockedAt: number): boolean =>
  blockedAt < doneAt && doneAt < blockedAt + hourMs

const blocks = ({ segment }: JourneyTally, stepId: string, at: number, counted: [number, number]): Count => {
  const [blocked, recovered] = counted
  return { of: 'block', segment, begins: hourOf(at), stepId, blocked, recovered }
}

/** However many they are: of more times than some, those of one minute as its first. */
const merged = (attempts: readonly Attempts[]): readonly Attempts[] => {
  if (attempts.length <= mostTimes) return attempts
  const minutes = new Map<number, Attempts>()
  for (const [at, count] of attempts) {
    const minute = Math.floor(at / minuteMs)
    const [first, before] = minutes.get(minute) ?? [at, 0]
    minutes.set(minute, [first, before + count])
  }
  return [...minutes.values()]
}

/** Only what may still meet something of the other kind. */
const pruned = (step: StepTally): StepTally => {
  const newest = Math.max(...step.blockedAt.map(([at]) => at), ...step.doneAt)
  const isRecent = (at: number): boolean => at > newest - 2 * hourMs
  return {
    ...step,
    blockedAt: merged(step.blockedAt.filter(([at]) => isRecent(at))),
    doneAt: step.doneAt.filter(isRecent).slice(-mostTimes),
  }
}

const ascending = (times: readonly number[], at: number): number[] => [...times, at].sort((a, b) => a - b)

const withAttempt = (attempts: readonly Attempts[], at: number): Attempts[] => {
  const [, before] = attempts.find(([time]) => time === at) ?? [at, 0]
  const others = attempts.filter(([time]) => time !== at)
  return [...others, [at, before + 1] as const].sort(([a], [b]) => a - b)
}

type Folded = { readonly journey: JourneyTally; readonly counts: readonly Count[] }

/** Done recovers the attempts of the hour before it, each once. */
export const finishStep = (journey: JourneyTally, id: string, at: number): Folded => {
  const step = stepOf(journey, id)
  const recovered = step.blockedAt.filter(([blockedAt]) => recovers(at, blockedAt))
  const done: StepTally = {
    ...step,
    isOffered: true,
    isReached: true,
    status: 'done',
    settledAt: at,
    blockedAt: step.blockedAt.filter(([blockedAt]) => !recovers(at, blockedAt)),
    doneAt: step.doneAt.includes(at) ? step.doneAt : ascending(step.doneAt, at),
  }
  return {
    journey: withStep(journey, pruned(done)),
    counts: recovered.map(([blockedAt, count]) => blocks(journey, id, blockedAt, [0, count])),
  }
}

/** An attempt that is heard of late may have been recovered already. */
export const blockStep = (journey: JourneyTally, id: string, at: number): Folded => {
  const step = stepOf(journey, id)
  if (step.doneAt.some((doneAt) => recovers(doneAt, at)))
    return { journey, counts: [blocks(journey, id, at, [1, 1])] }
  const blocked = pruned({ ...step, blockedAt: withAttempt(step.blockedAt, at) })
  return { journey: withStep(journey, blocked), counts: [blocks(journey, id, at, [1, 0])] }
}
