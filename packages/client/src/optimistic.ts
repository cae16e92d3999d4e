import type { Onboarding } from '@boardwalk/contract'
import { nextStepOf, positionOf, progressOf, type CountedStep } from '@boardwalk/engine'
import type { Change } from './changes.ts'

type Nudge = Onboarding['nudge']

/** What a change will come to, as far as a client can know before the server says. */
type Effect = (onboarding: Onboarding, change: Change) => Onboarding

const isoIn = (ms: number, now: number): string => new Date(now + ms).toISOString()

/** A step that the server would refuse for a reason that shows stays as it is. */
const withStep: Effect = (onboarding, { step: id, body }) => {
  const { status } = body as { status: 'done' | 'skipped' }
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
  (changed: (nudge: Nudge, at: number) => Nudge): Effect =>
  (onboarding, { at }) => ({ ...onboarding, nudge: changed(onboarding.nudge, at) })

const withGuide =
  (dismissed: boolean): Effect =>
  (onboarding) => ({ ...onboarding, guide: { dismissed } })

/** A completed flow can be neither skipped nor resumed. */
const withStatus =
  (status: 'in_progress' | 'skipped'): Effect =>
  (onboarding) =>
    onboarding.status === 'completed' ? onboarding : { ...onboarding, status }

const effects: Readonly<Record<string, Effect>> = {
  'nudge/snooze': withNudge((nudge, at) => ({
    ...nudge,
    visible: false,
    snoozeCount: nudge.snoozeCount + 1,
    snoozedUntil: isoIn(nudge.snoozeDays * 86_400_000, at),
    undoUntil: isoIn(10_000, at),
  })),
  'nudge/unsnooze': withNudge(({ snoozedUntil: _, undoUntil: __, ...nudge }) => ({
    ...nudge,
    visible: true,
    snoozeCount: Math.max(0, nudge.snoozeCount - 1),
  })),
  'nudge/dismiss': withNudge((nudge) => ({ ...nudge, visible: false })),
  'guide/dismiss': withGuide(true),
  'guide/restore': withGuide(false),
  'welcome/seen': (onboarding) => ({ ...onboarding, welcome: { seen: true } }),
  skip: withStatus('skipped'),
  resume: withStatus('in_progress'),
}

/** A state that lacks what the contract promises is shown as it is. */
export const applied: Effect = (onboarding, change) => {
  try {
    return (effects[change.path] ?? withStep)(onboarding, change)
  } catch {
    return onboarding
  }
}
