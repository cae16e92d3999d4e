import { isValueEvent } from '../observe.ts'
import { foldDoing } from './fold-doing.ts'
import { blockStep, finishStep, offerStep, reachStep, resetStep, skipStep } from './fold-step.ts'
import { hourOf } from './spans.ts'
import type { Count, JourneyTally, Segment, Tally, Told } from './tally.ts'

/** `counts`: what only happens, and is never taken back; all else is in the tally. */
export type Folded = { readonly tally: Tally; readonly counts: readonly Count[] }

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const timeOf = (value: unknown): number | undefined => {
  const ms = typeof value === 'string' ? Date.parse(value) : value
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

const recordOf = (value: unknown): { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const longestFact = 64

/** Unknown when it is no short name: counts outlive the person, so nothing such as an e-mail address may stand in them. */
const factOf = (value: unknown): string => {
  const text = textOf(value)
  return text.length > longestFact || text.includes('@') ? '' : text
}

type Facts = Pick<Segment, 'market' | 'plan' | 'role' | 'locale'>

/** What of a person's facts stands in counts. */
export const countedFacts = ({
  market,
  plan,
  role,
  locale,
}: { readonly [Name in keyof Facts]?: unknown }): Facts => ({
  market: factOf(market),
  plan: factOf(plan),
  role: factOf(role),
  locale: factOf(locale),
})

const segmentOf = ({ data }: Told, flow: string, version: number, arm: string): Segment => ({
  flow,
  version,
  arm,
  ...countedFacts(recordOf(data['facts'])),
})

const journeyFrom = (segment: Segment, startedAt: number): JourneyTally => ({
  segment,
  startedAt,
  status: 'in_progress',
  completedAt: null,
  activatedAt: null,
  steps: [],
})

/** The first enrolment also begins the journey of the person as a whole, and settles when they signed up. */
const enter = (tally: Tally, told: Told): Tally => {
  const { flow, version, data, at } = told
  if (flow === null || tally.journeys.some(({ segment }) => segment.flow === flow)) return tally
  const startedAt = timeOf(data['startedAt']) ?? at
  const entered = journeyFrom(segmentOf(told, flow, version ?? 0, textOf(data['arm'])), startedAt)
  if (tally.signedUpAt !== null) return { ...tally, journeys: [...tally.journeys, entered] }
  const whole = journeyFrom(segmentOf(told, '', 0, ''), startedAt)
  const begun: Tally = {
    ...tally,
    signedUpAt: Math.min(startedAt, timeOf(data['signedUpAt']) ?? startedAt),
    journeys: [whole, entered],
    waiting: [],
  }
  return tally.waiting.reduce(foldDoing, begun)
}

type Change = JourneyTally | { readonly journey: JourneyTally; readonly counts: readonly Count[] }
type Rule = (journey: JourneyTally, told: Told) => Change

const settledAt = ({ data, at }: Told): number => timeOf(data['settledAt']) ?? at

const ofStep =
  (rule: (journey: JourneyTally, stepId: string, told: Told) => Change): Rule =>
  (journey, told) =>
    told.stepId === null ? journey : rule(journey, told.stepId, told)

const skip = ofStep((journey, stepId, told) => skipStep(journey, stepId, settledAt(told)))

const complete = ofStep((journey, stepId, told) => {
  const doneAt = settledAt(told)
  const isFirst = told.isActivation && journey.activatedAt === null
  return finishStep(isFirst ? { ...journey, activatedAt: doneAt } : journey, stepId, doneAt)
})

/** As `status` says. */
const settle: Rule = (journey, told) => (told.data['status'] === 'skipped' ? skip : complete)(journey, told)

const nudge =
  (column: 'shown' | 'snoozed' | 'dismissed'): Rule =>
  (journey, { at }) => {
    const none = { shown: 0, snoozed: 0, dismissed: 0 }
    const { segment } = journey
    return { journey, counts: [{ of: 'nudge', segment, begins: hourOf(at), ...none, [column]: 1 }] }
  }

/** What a happening changes in the journey of its flow. */
const rules: { readonly [type: string]: Rule } = {
  'onboarding.offered': (journey, { data }) => {
    const ids = Array.isArray(data['steps']) ? data['steps'].map(textOf).filter((id) => id !== '') : []
    return ids.reduce(offerStep, journey)
  },
  'onboarding.reached': ofStep(reachStep),
  'onboarding.step_completed': complete,
  'onboarding.step_shared': settle,
  'onboarding.step_skipped': skip,
  'onboarding.step_reset': ofStep(resetStep),
  'onboarding.step_restored': settle,
  'onboarding.completed': (journey, { data, at }) => ({
    ...journey,
    status: 'completed',
    completedAt: timeOf(data['completedAt']) ?? at,
  }),
  'onboarding.skipped': (journey) => ({ ...journey, status: 'skipped' }),
  'onboarding.resumed': (journey) =>
    journey.status === 'skipped' ? { ...journey, status: 'in_progress' } : journey,
  'onboarding.reopened': (journey) => ({ ...journey, status: 'in_progress', completedAt: null }),
  'onboarding.nudge_shown': nudge('shown'),
  'onboarding.nudge_snoozed': nudge('snoozed'),
  'onboarding.nudge_dismissed': nudge('dismissed'),
  'gating.blocked': ofStep((journey, stepId, { at }) => blockStep(journey, stepId, at)),
}

const elsewhere = new Set<unknown>(['import', 'migration'])

/** Theirs unless it was only taken over from elsewhere. */
const own = new Set([
  'onboarding.enrolled',
  'onboarding.viewed',
  'onboarding.step_started',
  'onboarding.step_completed',
  'onboarding.step_skipped',
  'onboarding.nudge_snoozed',
  'onboarding.nudge_unsnoozed',
  'onboarding.nudge_dismissed',
  'onboarding.skipped',
  'onboarding.resumed',
  'gating.blocked',
])

const withDoing = (tally: Tally, { type, data, at }: Told): Tally => {
  if (own.has(type)) return elsewhere.has(data['source']) ? tally : foldDoing(tally, { event: null, at })
  return isValueEvent(type) ? foldDoing(tally, { event: type, at }) : tally
}

const withJourney = (tally: Tally, told: Told): Folded => {
  const rule = Object.hasOwn(rules, told.type) ? rules[told.type] : undefined
  const journey = tally.journeys.find(({ segment }) => segment.flow !== '' && segment.flow === told.flow)
  if (rule === undefined || journey === undefined) return { tally, counts: [] }
  const changed = rule(journey, told)
  const { journey: next, counts } = 'journey' in changed ? changed : { journey: changed, counts: [] }
  if (next === journey) return { tally, counts }
  return {
    tally: { ...tally, journeys: tally.journeys.map((one) => (one === journey ? next : one)) },
    counts,
  }
}

/** One more happening of the person's; they come in the order in which they were decided. */
export const foldTold = (tally: Tally, told: Told): Folded => {
  const entered = told.type === 'onboarding.enrolled' ? enter(tally, told) : tally
  return withJourney(withDoing(entered, told), told)
}
