import type { Tally } from '@boardwalk/engine'

// A tally as it is stored: without the names of its fields it is a third as long, and there are as many as people.

type JourneyTally = Tally['journeys'][number]
type StepTally = JourneyTally['steps'][number]
type ValueTally = Tally['values'][number]

type Attempts = StepTally['blockedAt'][number]
/** One attempt as its time alone. */
type PackedAttempts = number | Attempts

type PackedStep = [
  id: string,
  isOffered: 0 | 1,
  isReached: 0 | 1,
  status: StepTally['status'],
  settledAt: number | null,
  blockedAt: readonly PackedAttempts[],
  doneAt: readonly number[],
]
type PackedJourney = [
  segment: readonly [string, number, string, string, string, string, string],
  startedAt: number,
  status: JourneyTally['status'],
  completedAt: number | null,
  activatedAt: number | null,
  steps: PackedStep[],
]
type PackedValue = [event: string, at: number, onDay1: 0 | 1, onDay7: 0 | 1]
export type PackedTally = [
  signedUpAt: number | null,
  journeys: PackedJourney[],
  values: PackedValue[],
  days: Tally['days'],
  waiting: Tally['waiting'],
]

const bit = (holds: boolean): 0 | 1 => (holds ? 1 : 0)

const packAttempts = (attempts: Attempts): PackedAttempts => (attempts[1] === 1 ? attempts[0] : attempts)

const unpackAttempts = (packed: PackedAttempts): Attempts =>
  typeof packed === 'number' ? [packed, 1] : packed

const packStep = (step: StepTally): PackedStep => [
  step.id,
  bit(step.isOffered),
  bit(step.isReached),
  step.status,
  step.settledAt,
  step.blockedAt.map(packAttempts),
  step.doneAt,
]

const unpackStep = ([id, offered, reached, status, settledAt, blockedAt, doneAt]: PackedStep): StepTally => ({
  id,
  isOffered: offered === 1,
  isReached: reached === 1,
  status,
  settledAt,
  blockedAt: blockedAt.map(unpackAttempts),
  doneAt,
})

const packJourney = ({ segment, ...journey }: JourneyTally): PackedJourney => [
  [segment.flow, segment.version, segment.arm, segment.market, segment.plan, segment.role, segment.locale],
  journey.startedAt,
  journey.status,
  journey.completedAt,
  journey.activatedAt,
  journey.steps.map(packStep),
]

const unpackJourney = (packed: PackedJourney): JourneyTally => {
  const [
    [flow, version, arm, market, plan, role, locale],
    startedAt,
    status,
    completedAt,
    activatedAt,
    steps,
  ] = packed
  return {
    segment: { flow, version, arm, market, plan, role, locale },
    startedAt,
    status,
    completedAt,
    activatedAt,
    steps: steps.map(unpackStep),
  }
}

const packValue = ({ event, at, onDay1, onDay7 }: ValueTally): PackedValue => [
  event,
  at,
  bit(onDay1),
  bit(onDay7),
]

const unpackValue = ([event, at, onDay1, onDay7]: PackedValue): ValueTally => ({
  event,
  at,
  onDay1: onDay1 === 1,
  onDay7: onDay7 === 1,
})

export const packTally = ({ signedUpAt, journeys, values, days, waiting }: Tally): PackedTally => [
  signedUpAt,
  journeys.map(packJourney),
  values.map(packValue),
  days,
  waiting,
]

export const unpackTally = ([signedUpAt, journeys, values, days, waiting]: PackedTally): Tally => ({
  signedUpAt,
  journeys: journeys.map(unpackJourney),
  values: values.map(unpackValue),
  days,
  waiting,
})
