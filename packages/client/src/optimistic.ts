import type { Onboarding } from '@boardwalk/contract'
import { nextStepOf, positionOf, progressOf, type CountedStep } from '@boardwalk/engine'

/** What a change will come to, as far as a client can know before the server says. */
export type Apply = (onboarding: Onboarding) => Onboarding

type Nudge = Onboarding['nudge']

const isoIn = (ms: number, now: number): string => new Date(now + ms).toISOString()

/** A step that the server would refuse for a reason that shows stays as it is. */
export const withStep =
  (id: string, status: 'done' | 'skipped'): Apply =>
  (onboarding) => {
    const steps = onboarding.steps.map((step) =>
      step.id === id &&
      step.allowed &&
      !step.locked &&
      step.status !== 'done' &&
      !(step.required && status === 'skipped')
        ? { ...step, status }
        : step,
    )
    const counted = steps as readonly unknown[] as readonly CountedStep[]
    const position = positionOf(counted)
    const remainingSteps = position.total - position.completed - position.skipped
    return {
      ...onboarding,
      steps,
      progress: progressOf(counted),
      position,
      nextStep: nextStepOf(counted),
      nudge: { ...onboarding.nudge, remainingSteps },
    }
  }

const withNudge =
  (change: (nudge: Nudge) => Partial<Nudge>): Apply =>
  (onboarding) => ({ ...onboarding, nudge: { ...onboarding.nudge, ...change(onboarding.nudge) } })

export const withSnooze = (now: number): Apply =>
  withNudge(({ snoozeCount, snoozeDays }) => ({
    visible: false,
    snoozeCount: snoozeCount + 1,
    snoozedUntil: isoIn(snoozeDays * 86_400_000, now),
    undoUntil: isoIn(10_000, now),
  }))

export const withoutSnooze: Apply = ({ nudge, ...rest }) => {
  const { snoozedUntil: _, undoUntil: __, snoozeCount, ...kept } = nudge
  return { ...rest, nudge: { ...kept, visible: true, snoozeCount: Math.max(0, snoozeCount - 1) } }
}

export const withoutNudge = withNudge(() => ({ visible: false }))

export const withGuide =
  (dismissed: boolean): Apply =>
  (onboarding) => ({ ...onboarding, guide: { dismissed } })

export const withWelcomeSeen: Apply = (onboarding) => ({ ...onboarding, welcome: { seen: true } })

/** A completed flow can be neither skipped nor resumed. */
export const withStatus =
  (status: 'in_progress' | 'skipped'): Apply =>
  (onboarding) =>
    onboarding.status === 'completed' ? onboarding : { ...onboarding, status }
