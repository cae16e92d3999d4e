import type { Onboarding } from '@boardwalk/contract'

type Step = Onboarding['steps'][number]

/** A step by its id, with whatever matters to the test. */
export type StepOf = Partial<Step> & { readonly id: string }

export type OnboardingOf = Partial<Omit<Onboarding, 'steps' | 'nudge' | 'features'>> & {
  readonly steps?: readonly (string | StepOf)[]
  readonly nudge?: Partial<Onboarding['nudge']>
  readonly features?: Partial<Onboarding['features']>
}

const stepOf = (given: string | StepOf): Step => {
  const step = typeof given === 'string' ? { id: given } : given
  return { version: 1, title: step.id, required: false, weight: 1, status: 'todo', allowed: true, ...step }
}

const isCounted = ({ required, status }: Step): boolean => required || status !== 'skipped'
const weightOf = (steps: readonly Step[]): number => steps.reduce((sum, { weight }) => sum + weight, 0)

/** Progress, position, next step and status as a server makes them from these steps. */
export const standingOf = (steps: readonly Step[]) => {
  const done = steps.filter(({ status }) => status === 'done')
  const counted = weightOf(steps.filter(isCounted))
  const next = steps.find(({ status, locked }) => status === 'todo' && locked !== true)
  const asked = steps.some(({ required }) => required) ? steps.filter(({ required }) => required) : steps
  const open = asked.some(({ required, status }) => (required ? status !== 'done' : status === 'todo'))
  return {
    status: steps.length > 0 && !open ? ('completed' as const) : ('in_progress' as const),
    progress: counted === 0 ? 0 : Math.round((100 * weightOf(done)) / counted),
    position: {
      current: next === undefined ? steps.length : steps.indexOf(next) + 1,
      total: steps.length,
      completed: done.length,
      skipped: steps.filter(({ status }) => status === 'skipped').length,
    },
    nextStep: next?.id ?? null,
    remaining: steps.filter(({ status }) => status === 'todo').length,
  }
}

/**
 * An onboarding for a test: `onboardingOf({ steps: [{ id: 'payments', required: true }, 'theme'] })`. Progress and
 * position follow from the steps; everything can be said otherwise.
 */
export const onboardingOf = ({ steps = [], nudge, features, ...rest }: OnboardingOf = {}): Onboarding => {
  const shown = steps.map(stepOf)
  const { remaining, ...standing } = standingOf(shown)
  return {
    flow: { name: 'test', version: 1 },
    ...standing,
    steps: shown,
    nudge: {
      visible: false,
      remainingSteps: remaining,
      snoozeCount: 0,
      maxSnoozes: 3,
      snoozeDays: 7,
      ...nudge,
    },
    guide: { dismissed: false },
    welcome: { seen: true },
    features: { enabled: true, skip: true, snooze: true, guardRails: true, ...features },
    experiments: {},
    config: {},
    ...rest,
  }
}
