import { enrolmentIn, refuse, situationOf, withEnrolment } from './decision.ts'
import type { Decision, World } from './decision.ts'
import { guideOf } from './guide.ts'
import type { Happening } from './happening.ts'
import type { Person } from './person.ts'
import { nextStepOf } from './progress.ts'
import { stepNotFound } from './refusal.ts'
import { reachSteps } from './settle.ts'
import { look } from './verbs.ts'

/** What only a browser knows. `type` is one of ours that are seen there, or the host's own name for something of value. */
export type Observation = {
  readonly type: string
  readonly data: Happening['data']
  readonly flow?: string | undefined
}

/** Whether it is stored as a happening: only with the person's consent. */
export type Observed = Decision & { readonly stored: boolean }

const ours = ['onboarding.', 'gating.', 'experiment.', 'feature.']
const dotted = /^[a-z][\w-]*(\.[\w-]+)+$/i

/** A name that the host may give to something of value to it: dotted, and none that Boardwalk reports under. */
export const isValueEvent = (name: string): boolean =>
  dotted.test(name) && !ours.some((prefix) => name.toLowerCase().startsWith(prefix))

/** Started is reached: state that the onboarding needs, so it asks for no consent. */
const start = (world: World, read: Decision, stepId: string): Decision => {
  const { person, flow } = read
  const enrolment = flow ? enrolmentIn(person, flow.name) : undefined
  const guide = flow && enrolment && guideOf(flow, enrolment, situationOf(person, world.now))
  const seen = guide?.steps.find(({ id }) => id === stepId)
  if (enrolment === undefined || seen === undefined) {
    const { code, message } = stepNotFound(stepId)
    return refuse(person, code, message)
  }
  const [reached, happenings] = reachSteps(enrolment, [seen], world.now)
  return {
    ...read,
    person: reached === enrolment ? person : withEnrolment(person, reached),
    happenings: [...read.happenings, ...happenings],
  }
}

/** Notes what a browser saw. It observes and proves nothing: no trigger ever hears of it. */
export const observe = (world: World, person: Person, { type, data, flow }: Observation): Observed => {
  const stored = person.consent?.analytics === true
  if (isValueEvent(type)) {
    const happened = { type, flow: null, version: null, stepId: null, data: { ...data, source: 'user' } }
    return { person, happenings: stored ? [happened] : [], stored }
  }
  const read = look(world, person, flow)
  const started = type === 'onboarding.step_started' ? String(data['stepId']) : undefined
  const decided = started === undefined || read.refusal ? read : start(world, read, started)
  if (decided.refusal || !stored) return { ...decided, stored: false }
  const shown = decided.flow ?? null
  const enrolment = shown === null ? undefined : enrolmentIn(decided.person, shown.name)
  const next =
    shown && enrolment
      ? nextStepOf(guideOf(shown, enrolment, situationOf(decided.person, world.now)).steps)
      : null
  const about = { flow: shown?.name ?? null, version: shown?.version ?? null }
  const happened = { type, ...about, stepId: started ?? next, data }
  return { ...decided, happenings: [...decided.happenings, happened], stored }
}

/** The person says whether they may be observed. */
export const giveConsent = (world: World, person: Person, analytics: boolean): Decision => ({
  person:
    person.consent?.analytics === analytics ? person : { ...person, consent: { analytics, at: world.now } },
  happenings: [],
})
