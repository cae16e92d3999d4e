import { armConfigOf } from './arm-config.ts'
import { changeEnrolment, type Change } from './change-enrolment.ts'
import { happening, situationOf, type Decision, type World } from './decision.ts'
import type { Flow, NudgeSettings } from './flow.ts'
import { guideOf, type Guide } from './guide.ts'
import type { Enrolment, Person } from './person.ts'
import { progressOf } from './progress.ts'
import { notEnrolled, refusal, stepNotFound, type Refusal } from './refusal.ts'

export type Nudge = {
  readonly visible: boolean
  readonly remainingSteps: number
  readonly snoozeCount: number
  readonly maxSnoozes: number
  readonly snoozeDays: number
  readonly snoozedUntil: number | null
  /** The last snooze may be undone until then; null when there is none, or it is too late. */
  readonly undoUntil: number | null
}

const dayMs = 86_400_000
const undoMs = 10_000

/** A rollback is no new version: whoever dismissed version 3 is not reminded in version 2 either. */
const isDismissed = (enrolment: Enrolment, { version }: Flow): boolean =>
  enrolment.nudgeDismissedIn !== null && version <= enrolment.nudgeDismissedIn

const undoUntil = ({ snoozedAt }: Enrolment, now: number): number | null =>
  snoozedAt !== null && now <= snoozedAt + undoMs ? snoozedAt + undoMs : null

/** When what the nudge tells changes by the clock alone; those that never come and those that have passed among them. */
export const nudgeMoments = ({ nudge }: Flow, enrolment: Enrolment): number[] => {
  const { snoozedUntil, snoozedAt, startedAt } = enrolment
  const tooOld = startedAt + nudge.stopAfterDays * dayMs
  return [
    tooOld,
    ...(snoozedUntil === null ? [] : [snoozedUntil]),
    // It may be undone up to and with the last of them.
    ...(snoozedAt === null ? [] : [snoozedAt + undoMs + 1]),
  ]
}

/** Whether the reminder shows: in progress, something left, below the percent, neither snoozed nor dismissed, not too old. */
export const nudgeOf = ({ flow, enrolment, steps }: Guide, now: number): Nudge => {
  const { hideAtPercent, stopAfterDays, maxSnoozes, snoozeDays } = flow.nudge
  const remainingSteps = steps.filter((step) => step.status === 'todo').length
  const snoozedUntil =
    enrolment.snoozedUntil !== null && enrolment.snoozedUntil > now ? enrolment.snoozedUntil : null
  return {
    visible:
      enrolment.status === 'in_progress' &&
      remainingSteps > 0 &&
      snoozedUntil === null &&
      !isDismissed(enrolment, flow) &&
      now < enrolment.startedAt + stopAfterDays * dayMs &&
      progressOf(steps) < hideAtPercent,
    remainingSteps,
    snoozeCount: enrolment.snoozeCount,
    maxSnoozes,
    snoozeDays,
    snoozedUntil,
    undoUntil: undoUntil(enrolment, now),
  }
}

export type Snooze = {
  /** Milliseconds since 1970, shortened to the flow's `snoozeDays` from now; absent: just those. */
  readonly until?: number | undefined
  /** The step that the request names, if it names one; it must be one that the person sees. */
  readonly stepId?: string | undefined
  readonly flow?: string | undefined
}

const snoozeOff: Refusal = refusal(
  'snooze_off',
  'The reminder cannot be snoozed now. Do a step, or put it away.',
)

const snoozed = (
  enrolment: Enrolment,
  { maxSnoozes, snoozeDays }: NudgeSettings,
  now: number,
  until: number = Infinity,
): Change => {
  if (until <= now) {
    const message = 'The moment to snooze until has passed. Send one that is to come.'
    return { refusal: refusal('snooze_past', message) }
  }
  if (enrolment.snoozeCount >= maxSnoozes) {
    const message = `The reminder was snoozed ${enrolment.snoozeCount} times; ${maxSnoozes} is the most.`
    return { refusal: refusal('snooze_limit', message) }
  }
  const asleep: Enrolment = {
    ...enrolment,
    snoozeCount: enrolment.snoozeCount + 1,
    snoozedUntil: Math.min(until, now + snoozeDays * dayMs),
    snoozedAt: now,
    snoozedUntilBefore: enrolment.snoozedUntil,
  }
  const data = { until: asleep.snoozedUntil, snoozeCount: asleep.snoozeCount }
  return { enrolment: asleep, happened: happening('onboarding.nudge_snoozed', asleep, data) }
}

/** Puts the nudge to sleep. Snoozing again while it sleeps counts again. */
export const snooze = (
  world: World,
  person: Person,
  { until, stepId, flow: flowName }: Snooze = {},
): Decision => {
  const notThere = stepId === undefined ? notEnrolled : stepNotFound(stepId)
  const asleep = (enrolment: Enrolment, flow: Flow, placed: Person): Change => {
    const { steps } = guideOf(flow, enrolment, situationOf(placed, world.now))
    const isTheirs = stepId === undefined || steps.some(({ id }) => id === stepId)
    const { settings } = world.catalogue.flows.get(flow.name)?.release ?? {}
    if (!isTheirs) return { refusal: notThere }
    const { snoozeEnabled, snoozeDuration: snoozeDays } = armConfigOf(world, placed, flow.name)
    if (settings?.snoozeEnabled === false || snoozeEnabled === false) return { refusal: snoozeOff }
    return snoozed(enrolment, { ...flow.nudge, ...(snoozeDays && { snoozeDays }) }, world.now, until)
  }
  return changeEnrolment(world, person, flowName, asleep, notThere)
}

/** Undoes the last snooze, within ten seconds: it counts no longer, and what it replaced holds again. */
export const unsnooze = (world: World, person: Person, flowName?: string): Decision =>
  changeEnrolment(world, person, flowName, (enrolment) => {
    if (undoUntil(enrolment, world.now) === null) {
      const message =
        'There is no snooze of the last ten seconds to undo; the reminder comes back at "snoozedUntil".'
      return { refusal: refusal('unsnooze_late', message) }
    }
    const awake: Enrolment = {
      ...enrolment,
      snoozeCount: enrolment.snoozeCount - 1,
      snoozedUntil: enrolment.snoozedUntilBefore,
      snoozedAt: null,
      snoozedUntilBefore: null,
    }
    const data = { snoozeCount: awake.snoozeCount }
    return { enrolment: awake, happened: happening('onboarding.nudge_unsnoozed', awake, data) }
  })

/** Puts the nudge away for the version in force. */
export const dismissNudge = (world: World, person: Person, flowName?: string): Decision =>
  changeEnrolment(world, person, flowName, (enrolment, flow) => {
    if (isDismissed(enrolment, flow)) return { enrolment }
    const gone: Enrolment = { ...enrolment, nudgeDismissedAt: world.now, nudgeDismissedIn: flow.version }
    return { enrolment: gone, happened: happening('onboarding.nudge_dismissed', gone) }
  })
