import {
  armConfigOf,
  changeStep,
  experimentsMet,
  featuresOf,
  inMarket,
  look,
  lookThemselves,
  meetExperiments,
} from '@boardwalk/engine'
import type { Decision, Person, World } from '@boardwalk/engine'
import { etagOf } from '../http/tagged.ts'
import type { Answer, Decided, Journey } from '../road/journey.ts'
import { presentOnboarding, presentStanding, presentSurfaces } from './present-onboarding.ts'
import type { Requester } from './requester.ts'
import { guideShown } from './shown.ts'

export type Precondition = {
  readonly ifMatch?: string | undefined
  readonly idempotency?: Journey['idempotency']
}

const localesFor = (person: Person, { locales }: Requester): readonly string[] =>
  locales.length > 0 || person.facts.locale === undefined ? locales : [person.facts.locale]

const onboardingBody = (
  world: World,
  person: Person,
  about: Decided['flow'],
  requester: Requester,
  named: string | undefined,
): string => {
  const guide = guideShown(world, person, about)
  const features = featuresOf(world.catalogue, person, guide && guide.flow, named)
  const shown = {
    guide,
    person,
    locales: localesFor(person, requester),
    now: world.now,
    features,
    experiments: experimentsMet(world, person),
    config: guide ? armConfigOf(world, person, guide.flow.name) : {},
  }
  return JSON.stringify(presentOnboarding(shown))
}

const origin = ({ userId, claims, correlationId }: Requester) => ({ userId, claims, correlationId })

/** Only their own reading exposes a person to an experiment. */
const lookAs = ({ source }: Requester) => (source === 'user' ? lookThemselves : look)

/** Of a person's own read that writes what there is to write: in another market they only look on. */
const variantOf = (
  { source, claims, locales }: Requester,
  flow: string | undefined,
  market: string | undefined,
) => (source === 'user' && market === undefined ? JSON.stringify([flow ?? null, locales, claims]) : undefined)

/** `market` shows the steps of another market, and then nothing is written. */
export const lookJourney = (requester: Requester, flow?: string, market?: string): Journey => ({
  ...origin(requester),
  variant: variantOf(requester, flow, market),
  writes: requester.source === 'user' && market === undefined,
  mayChange: false,
  knownOnly: requester.source === 'api',
  decide: (world, person) =>
    market === undefined
      ? lookAs(requester)(world, person, flow)
      : look(world, inMarket(person, market), flow),
  present: (world, { person, flow: about }) => ({
    status: 200,
    body: onboardingBody(world, person, about, requester, flow),
  }),
})

/** What this person would read now if they asked for `flow`, byte for byte. */
const reading = (world: World, person: Person, flow: string | undefined, requester: Requester): string => {
  const read = lookAs(requester)(world, person, flow)
  return onboardingBody(world, read.person, read.flow, requester, flow)
}

/** The tag to base the next change on and, if asked for, all that it is the tag of. */
const withReading =
  (flow: string | undefined, requester: Requester): NonNullable<Journey['accompany']> =>
  (world, person, { status, body }): Answer => {
    const read = reading(world, person, flow, requester)
    const headers = { etag: etagOf(read) }
    if (!requester.prefersRepresentation) return { status, body, headers }
    return {
      status,
      body: `${body.slice(0, -1)},"onboarding":${read}}`,
      headers: { ...headers, 'preference-applied': 'return=representation' },
    }
  }

type Verb = (world: World, person: Person) => Decided

/** Refuses when the `If-Match` is not the tag of what the person would read now. */
const ifCurrent = (
  verb: Verb,
  requester: Requester,
  ifMatch: string | undefined,
  flow: string | undefined,
): Verb =>
  ifMatch === undefined || ifMatch.trim() === '*'
    ? verb
    : (world, person) => {
        const current = etagOf(reading(world, person, flow, requester))
        if (ifMatch.split(',').some((tag) => tag.trim() === current)) return verb(world, person)
        const message = `If-Match is ${ifMatch.slice(0, 100)}, but the onboarding is at ${current} now. Read it again and decide again.`
        return { person, happenings: [], refusal: { code: 'stale', message } }
      }

/** Whoever is answered all that they read now has read it, and met what there is to meet in it. */
const andRead =
  (verb: Verb, { source, prefersRepresentation }: Requester, flow: string | undefined): Verb =>
  (world, person) => {
    const decided = verb(world, person)
    if (source !== 'user' || !prefersRepresentation || decided.refusal) return decided
    const { person: changed, happenings } = decided
    const read = { person: changed, happenings, flow: look(world, changed, flow).flow ?? null }
    const met = meetExperiments(world, person, read)
    return { ...decided, person: met.person, happenings: met.happenings }
  }

const changing = (
  requester: Requester,
  { ifMatch, idempotency }: Precondition,
  flow: string | undefined,
  verb: Verb,
) => ({
  ...origin(requester),
  writes: true,
  mayChange: true,
  idempotency,
  decide: ifCurrent(andRead(verb, requester, flow), requester, ifMatch, flow),
  accompany: requester.source === 'user' ? withReading(flow, requester) : undefined,
})

export type StepRequest = {
  readonly id: string
  readonly flow?: string | undefined
  readonly status: 'done' | 'skipped'
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly reason?: string | undefined
}

export const stepJourney = (requester: Requester, step: StepRequest, precondition: Precondition): Journey => {
  const { userId, source } = requester
  const { id, flow, status, metadata, reason } = step
  const change = {
    stepId: id,
    to: status,
    flow,
    metadata,
    reason,
    source,
    by: userId,
  }
  return {
    ...changing(requester, precondition, flow, (world, person) => changeStep(world, person, change)),
    present: (world, { person, flow: about }) => {
      const guide = guideShown(world, person, about)
      const seen = guide?.steps.find((one) => one.id === id)
      const updatedAt = new Date(seen?.state?.settledAt ?? world.now).toISOString()
      const told = { id, status: seen?.status ?? status, updatedAt }
      return { status: 200, body: JSON.stringify({ success: true, step: told, ...presentStanding(guide) }) }
    },
  }
}

/** Of the reminder, the guide or the welcome. */
export const surfaceJourney = (
  requester: Requester,
  verb: (world: World, person: Person, flow?: string) => Decision,
  flow: string | undefined,
  precondition: Precondition,
): Journey => ({
  ...changing(requester, precondition, flow, (world, person) => verb(world, person, flow)),
  present: (world, { person, flow: about }) => {
    const guide = guideShown(world, person, about)
    const config = guide ? armConfigOf(world, person, guide.flow.name) : {}
    const answer = { success: true, ...presentSurfaces(guide, world.now, config), ...presentStanding(guide) }
    return { status: 200, body: JSON.stringify(answer) }
  },
})

export const flowJourney = (
  requester: Requester,
  verb: (world: World, person: Person, flow?: string) => Decision,
  flow: string | undefined,
  precondition: Precondition,
): Journey => ({
  ...changing(requester, precondition, flow, (world, person) => verb(world, person, flow)),
  present: (world, { person, flow: about }) => ({
    status: 200,
    body: JSON.stringify({ success: true, ...presentStanding(guideShown(world, person, about)) }),
  }),
})
