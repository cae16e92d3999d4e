import { randomUUID } from 'node:crypto'
import {
  factsUpdate,
  gateCheck,
  hostId,
  parse,
  stepChange,
  trackEvent,
  type FlowInput,
  type GateAllowed,
  type GateBlocked,
  type GateList,
  type Onboarding,
  type Operation,
} from '@boardwalk/contract'
import { gatesIn, parseAcceptLanguage, type FactsUpdate } from '@boardwalk/engine'
import type { Logger } from 'pino'
import { publish, readFlow, type Database } from '@boardwalk/store'
import type { GateChecks } from './analytics/gate-checks.ts'
import { takeEvent } from './events/take-event.ts'
import type { Announcer } from './following/announce.ts'
import { storeDraft } from './flows/store-draft.ts'
import { askGate } from './gates/ask-gate.ts'
import { withoutUndefined } from './http/authenticate.ts'
import { failureOf } from './http/failures.ts'
import { Failure } from './http/reply.ts'
import { verbsOn } from './http/verbs.ts'
import { lookJourney, stepJourney, type StepRequest } from './onboarding/journeys.ts'
import type { Requester } from './onboarding/requester.ts'
import type { Metrics } from './operation/metrics.ts'
import { tellPerson } from './people/tell-person.ts'
import type { Journey } from './road/journey.ts'
import type { LiveCatalogue } from './road/live-catalogue.ts'
import type { Road } from './road/road.ts'

type GateCheck = Omit<Operation<'checkGate'>['body'], 'critical'>

/** Allowed, or the body of the 409. */
export type GateVerdict = GateAllowed | GateBlocked

/** Of the request that a call is made for. */
export type CalledFor = {
  /** Its `Accept-Language`. */
  readonly acceptLanguage?: string | undefined
  readonly correlationId?: string | undefined
}

/**
 * The host's own calls, as proofs by its server. Whatever goes wrong is thrown as an error with a `code` of the
 * contract's table; `SERVICE_UNAVAILABLE` when the database is away.
 */
export type InProcessVerbs = {
  readonly putUser: (userId: string, facts: FactsUpdate) => Promise<void>
  readonly getOnboarding: (
    userId: string,
    options?: { flow?: string; locales?: readonly string[] },
  ) => Promise<Onboarding>
  readonly changeStep: (userId: string, step: StepRequest) => Promise<void>
  /** What a person did; completes, as proof, the steps that wait for it. Of all events with one `messageId`, one has an effect. */
  readonly track: (
    userId: string,
    event: string,
    properties?: Readonly<Record<string, unknown>>,
    messageId?: string,
  ) => Promise<'accepted' | 'duplicate'>
  readonly checkGate: (check: GateCheck, calledFor?: CalledFor) => Promise<GateVerdict>
  /** The gates and steps that a check may ask for. */
  readonly listGates: () => Promise<GateList>
  /** Counts an attempt that a gate let pass because its check could not be made. */
  readonly countFailedOpen: (route: string) => void
  /** Stores and publishes a flow document; what is in force already is left alone. Answers the version. */
  readonly publishFlow: (document: FlowInput, reason?: string) => Promise<{ name: string; version: number }>
  /** Whether a flow of this name is stored, published or not. */
  readonly hasFlow: (name: string) => Promise<boolean>
}

type Running = {
  readonly road: Road
  readonly database: Database
  readonly catalogue: LiveCatalogue
  readonly announcer: Pick<Announcer, 'changed'>
  readonly checks: Pick<GateChecks, 'count'>
}

export type InProcessOptions = {
  readonly started: () => Promise<Running>
  readonly log: Logger
  readonly metrics: Metrics
}

/** What a host passes is checked as if it came over HTTP. */
const accepted = <Value>(schema: Parameters<typeof parse<Value>>[0], input: unknown): Value => {
  const parsed = parse(schema, input)
  if ('value' in parsed) return parsed.value
  const { problems } = parsed
  throw new Failure('invalid_request', `The call does not fit. ${problems[0]?.message ?? ''}`, { problems })
}

const requester = (
  userId: string,
  locales: readonly string[] = [],
  correlationId: string = randomUUID(),
): Requester => ({ userId: accepted(hostId, userId), claims: {}, source: 'api', locales, correlationId })

export const inProcessVerbs = ({ started, log, metrics }: InProcessOptions): InProcessVerbs => {
  const through = async <Value>(
    work: (running: Running) => Promise<Value>,
    correlationId?: string,
  ): Promise<Value> => {
    try {
      return await work(await started())
    } catch (error) {
      throw failureOf(error, log, correlationId ?? randomUUID())
    }
  }
  const travel = async ({ road }: Running, journey: Journey): Promise<string> =>
    (await verbsOn(road).travel(journey)).body

  return {
    putUser: (userId, facts) =>
      through(async ({ road, database }) => {
        const told = accepted(factsUpdate, withoutUndefined(facts))
        await tellPerson(verbsOn(road), database, requester(userId), told)
      }),
    getOnboarding: (userId, { flow, locales } = {}) =>
      through(async (running) => {
        const journey = lookJourney(requester(userId, locales), flow)
        return JSON.parse(await travel(running, journey)) as Onboarding
      }),
    changeStep: (userId, { id, flow, ...change }) =>
      through(async (running) => {
        const step = { id, flow, ...accepted(stepChange, withoutUndefined(change)) }
        await travel(running, stepJourney(requester(userId), step, {}))
      }),
    track: (userId, event, properties, messageId) =>
      through(async ({ road }) => {
        const sent = withoutUndefined({ type: 'track', userId, event, properties, messageId })
        return takeEvent(verbsOn(road), accepted(trackEvent, sent), randomUUID())
      }),
    checkGate: (check, { acceptLanguage, correlationId } = {}) =>
      through(async ({ road, checks }) => {
        const asked = accepted(gateCheck, withoutUndefined(check))
        const by = requester(asked.userId, parseAcceptLanguage(acceptLanguage ?? ''), correlationId)
        return JSON.parse(
          (await askGate(verbsOn(road), { checks, metrics, log }, asked, by)).body,
        ) as GateVerdict
      }, correlationId),
    listGates: () => through(async ({ catalogue }) => gatesIn(await catalogue.now())),
    countFailedOpen: (route) => metrics.countFailedOpen(route),
    publishFlow: (document, reason) =>
      through(async ({ database, announcer }) => {
        const { name, version } = await storeDraft(database, document, 'host')
        await publish(database, { flow: name, version, kind: 'publish', by: 'host', reason: reason ?? null })
        announcer.changed('everybody')
        return { name, version }
      }),
    hasFlow: (name) => through(async ({ database }) => (await readFlow(database.query, name)) !== undefined),
  }
}
