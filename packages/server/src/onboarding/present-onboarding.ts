import type { Onboarding } from '@boardwalk/contract'
import {
  nextStepOf,
  nudgeOf,
  positionOf,
  progressOf,
  textIn,
  type ArmConfig,
  type Guide,
  type GuideStep,
  type Met,
  type Person,
} from '@boardwalk/engine'
import { presentAction } from './present-action.ts'

type ShownStep = Onboarding['steps'][number]

const iso = (ms: number): string => new Date(ms).toISOString()

/** The role that the step is for, as somebody of that role finds their own name in it. */
const roleRestricted = ({ step, allowed }: GuideStep, person: Person): string | undefined =>
  step.restrictedTo && (allowed ? person.facts.role : step.restrictedTo[0])

const presentStep = (seen: GuideStep, person: Person, locales: readonly string[]): ShownStep => {
  const { step, state, status } = seen
  const restricted = roleRestricted(seen, person)
  const done = status === 'done' ? state : undefined
  return {
    id: step.id,
    version: step.version,
    title: textIn(step.title, locales),
    ...(step.description !== undefined && { description: textIn(step.description, locales) }),
    required: seen.required,
    weight: step.weight,
    status,
    allowed: seen.allowed,
    ...(done?.settledAt != null && { completedAt: iso(done.settledAt) }),
    ...(done?.settledBy != null && { completedBy: done.settledBy }),
    ...(restricted !== undefined && { roleRestricted: restricted }),
    ...(seen.locked && { locked: true }),
    ...(step.action && { action: presentAction(step.action, person) }),
    ...(step.learnMoreUrl !== undefined && { learnMoreUrl: step.learnMoreUrl }),
    ...(step.estimateMinutes !== undefined && { estimateMinutes: step.estimateMinutes }),
  }
}

/** What every answer about a flow tells: where the person stands in it. */
export const presentStanding = (guide: Guide | null) => ({
  flow: guide && { name: guide.flow.name, version: guide.flow.version },
  status: guide && guide.enrolment.status,
  progress: guide ? progressOf(guide.steps) : 0,
  position: positionOf(guide ? guide.steps : []),
  nextStep: guide && nextStepOf(guide.steps),
})

const presentNudge = (
  guide: Guide | null,
  now: number,
  { snoozeDuration, nudgePlacement: placement }: ArmConfig,
): Onboarding['nudge'] => {
  if (guide === null) {
    return { visible: false, remainingSteps: 0, snoozeCount: 0, maxSnoozes: 0, snoozeDays: 7 }
  }
  const { snoozedUntil, undoUntil, ...nudge } = nudgeOf(guide, now)
  return {
    ...nudge,
    ...(snoozeDuration !== undefined && { snoozeDays: snoozeDuration }),
    ...(placement !== undefined && { placement }),
    ...(snoozedUntil !== null && { snoozedUntil: iso(snoozedUntil) }),
    ...(undoUntil !== null && { undoUntil: iso(undoUntil) }),
  }
}

/** All that a person can put away: reminder, guide, welcome. */
export const presentSurfaces = (
  guide: Guide | null,
  now: number,
  config: ArmConfig,
): Pick<Onboarding, 'nudge' | 'guide' | 'welcome'> => ({
  nudge: presentNudge(guide, now, config),
  guide: { dismissed: guide !== null && guide.enrolment.guideDismissedAt !== null },
  welcome: { seen: guide !== null && guide.enrolment.welcomeSeenAt !== null },
})

const presentConfig = ({ skipButtonText, ...config }: ArmConfig, locales: readonly string[]) => ({
  ...config,
  ...(skipButtonText !== undefined && { skipButtonText: textIn(skipButtonText, locales) }),
})

export type PresentationInput = {
  readonly guide: Guide | null
  readonly person: Person
  /** Most wanted first. */
  readonly locales: readonly string[]
  readonly now: number
  /** What the flow's release lets this person do. */
  readonly features: Onboarding['features']
  readonly experiments: readonly Met[]
  /** What those change in this flow. */
  readonly config: ArmConfig
}

/** The answer of `GET /api/onboarding`. */
export const presentOnboarding = (shown: PresentationInput): Onboarding => {
  const { guide, person, locales, now, features, experiments, config } = shown
  return {
    ...presentStanding(guide),
    steps: guide ? guide.steps.map((step) => presentStep(step, person, locales)) : [],
    ...presentSurfaces(guide, now, config),
    features: { ...features, snooze: features.snooze && config.snoozeEnabled !== false },
    experiments: Object.fromEntries(
      experiments.map(({ experiment, arm }) => [
        experiment.id,
        { variant: arm.id, config: presentConfig(arm.config ?? {}, locales) },
      ]),
    ),
    config: presentConfig(config, locales),
  }
}
