import { hash } from 'node:crypto'
import { changeStep, inMarket, look, snooze } from '@boardwalk/engine'
import type { Decision, FactsUpdate, Person, Source, World } from '@boardwalk/engine'
import type { Decided, Journey } from '../road/journey.ts'
import { presentNudge, presentOnboarding, presentStanding } from './present-onboarding.ts'
import { guideShown } from './shown.ts'

/** On whose behalf a request about a person travels. */
export type Traveller = {
  readonly userId: string
  readonly claims: FactsUpdate
  /** `user`: the person's own click, a claim. `api`: the host's server, a proof. */
  readonly source: Extract<Source, 'user' | 'api'>
  readonly locales: readonly string[]
  readonly correlationId: string
}

export type Precondition = {
  readonly ifMatch?: string | undefined
  readonly idempotency?: Journey['idempotency']
}

/** Of an answer's text; strong, because the texts are the same byte for byte. */
export const etagOf = (body: string): string => `"${hash('sha1', body, 'base64url')}"`

const localesFor = (person: Person, { locales }: Traveller): readonly string[] =>
  locales.length > 0 || person.facts.locale === undefined ? locales : [person.facts.locale]

const onboardingBody = (world: World, person: Person, about: Decided['flow'], traveller: Traveller): string =>
  JSON.stringify(
    presentOnboarding(guideShown(world, person, about), person, localesFor(person, traveller), world.now),
  )

const origin = ({ userId, claims, correlationId }: Traveller) => ({ userId, claims, correlationId })

/** `market` shows the steps of another market, and then nothing is written. */
export const lookJourney = (traveller: Traveller, flow?: string, market?: string): Journey => ({
  ...origin(traveller),
  writes: traveller.source === 'user' && market === undefined,
  mayChange: false,
  knownOnly: traveller.source === 'api',
  decide: (world, person) => look(world, market === undefined ? person : inMarket(person, market), flow),
  present: (world, { person, flow: about }) => ({
    status: 200,
    body: onboardingBody(world, person, about, traveller),
  }),
})

type Verb = (world: World, person: Person) => Decided

/** Refuses when the `If-Match` is not the tag of what the person would read now. */
const ifCurrent = (
  verb: Verb,
  traveller: Traveller,
  ifMatch: string | undefined,
  flow: string | undefined,
): Verb =>
  ifMatch === undefined || ifMatch.trim() === '*'
    ? verb
    : (world, person) => {
        const read = look(world, person, flow)
        const current = etagOf(onboardingBody(world, read.person, read.flow, traveller))
        if (ifMatch.split(',').some((tag) => tag.trim() === current)) return verb(world, person)
        const message = `If-Match is ${ifMatch.slice(0, 100)}, but the onboarding is at ${current} now. Read it again and decide again.`
        return { person, happenings: [], refusal: { code: 'stale', message } }
      }

const changing = (
  traveller: Traveller,
  { ifMatch, idempotency }: Precondition,
  flow: string | undefined,
  verb: Verb,
) => ({
  ...origin(traveller),
  writes: true,
  mayChange: true,
  idempotency,
  decide: ifCurrent(verb, traveller, ifMatch, flow),
})

export type StepRequest = {
  readonly id: string
  readonly flow?: string | undefined
  readonly status: 'done' | 'skipped'
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly reason?: string | undefined
}

export const stepJourney = (traveller: Traveller, step: StepRequest, precondition: Precondition): Journey => {
  const { userId, source } = traveller
  const { id, flow, status, metadata, reason } = step
  const change = {
    stepId: id,
    to: status,
    flow,
    metadata,
    reason,
    source,
    by: source === 'user' ? userId : null,
  }
  return {
    ...changing(traveller, precondition, flow, (world, person) => changeStep(world, person, change)),
    present: (world, { person, flow: about }) => {
      const guide = guideShown(world, person, about)
      const seen = guide?.steps.find((one) => one.id === id)
      const updatedAt = new Date(seen?.state?.settledAt ?? world.now).toISOString()
      const told = { id, status: seen?.status ?? status, updatedAt }
      return { status: 200, body: JSON.stringify({ success: true, step: told, ...presentStanding(guide) }) }
    },
  }
}

export const snoozeJourney = (
  traveller: Traveller,
  request: { id: string; flow?: string | undefined; until: string },
  precondition: Precondition,
): Journey => {
  const { id: stepId, flow } = request
  const until = Date.parse(request.until)
  return {
    ...changing(traveller, precondition, flow, (world, person) =>
      snooze(world, person, { until, stepId, flow }),
    ),
    present: (world, { person, flow: about }) => {
      const guide = guideShown(world, person, about)
      const answer = { success: true, nudge: presentNudge(guide, world.now), ...presentStanding(guide) }
      return { status: 200, body: JSON.stringify(answer) }
    },
  }
}

export const flowJourney = (
  traveller: Traveller,
  verb: (world: World, person: Person, flow?: string) => Decision,
  flow: string | undefined,
  precondition: Precondition,
): Journey => ({
  ...changing(traveller, precondition, flow, (world, person) => verb(world, person, flow)),
  present: (world, { person, flow: about }) => ({
    status: 200,
    body: JSON.stringify({ success: true, ...presentStanding(guideShown(world, person, about)) }),
  }),
})
