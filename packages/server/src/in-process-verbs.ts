import { randomUUID } from 'node:crypto'
import {
  factsUpdate,
  gateCheck,
  hostId,
  parse,
  stepChange,
  type FlowInput,
  type Onboarding,
  type Operation,
} from '@boardwalk/contract'
import type { FactsUpdate } from '@boardwalk/engine'
import { publish, readFlow, type Database } from '@boardwalk/store'
import { storeDraft } from './flows/store-draft.ts'
import { gateJourney } from './gates/journey.ts'
import { withoutUndefined } from './http/authenticate.ts'
import { Failure } from './http/reply.ts'
import { verbsOn } from './http/verbs.ts'
import { lookJourney, stepJourney, type StepRequest } from './onboarding/journeys.ts'
import type { Requester } from './onboarding/requester.ts'
import { tellPerson } from './people/tell-person.ts'
import type { Journey } from './road/journey.ts'
import type { Road } from './road/road.ts'

type GateCheck = Omit<Operation<'checkGate'>['body'], 'critical'>

/** Allowed, or the body of the 409. */
export type GateVerdict =
  | { readonly allowed: true }
  | (Operation<'checkGate'>['answer'] & { status: 409 })['body']

/**
 * The host's own calls, as proofs by its server. A refusal is thrown as an error with a `code` of the contract's table.
 */
export type InProcessVerbs = {
  readonly putUser: (userId: string, facts: FactsUpdate) => Promise<void>
  readonly getOnboarding: (
    userId: string,
    options?: { flow?: string; locales?: readonly string[] },
  ) => Promise<Onboarding>
  readonly changeStep: (userId: string, step: StepRequest) => Promise<void>
  readonly checkGate: (check: GateCheck) => Promise<GateVerdict>
  /** Stores and publishes a flow document; what is in force already is left alone. Answers the version. */
  readonly publishFlow: (document: FlowInput, reason?: string) => Promise<{ name: string; version: number }>
  /** Whether a flow of this name is stored, published or not. */
  readonly hasFlow: (name: string) => Promise<boolean>
}

type Running = { readonly road: Road; readonly database: Database }

/** What a host passes is checked as if it came over HTTP. */
const accepted = <Value>(schema: Parameters<typeof parse<Value>>[0], input: unknown): Value => {
  const parsed = parse(schema, input)
  if ('value' in parsed) return parsed.value
  const { problems } = parsed
  throw new Failure('invalid_request', `The call does not fit. ${problems[0]?.message ?? ''}`, { problems })
}

const requester = (userId: string, locales: readonly string[] = []): Requester => ({
  userId: accepted(hostId, userId),
  claims: {},
  source: 'api',
  locales,
  correlationId: randomUUID(),
})

export const inProcessVerbs = (started: () => Promise<Running>): InProcessVerbs => {
  const travel = async (journey: Journey) => verbsOn((await started()).road).travel(journey)

  return {
    putUser: async (userId, facts) => {
      const { road, database } = await started()
      const told = accepted(factsUpdate, withoutUndefined(facts))
      await tellPerson(verbsOn(road), database, requester(userId), told)
    },
    getOnboarding: async (userId, { flow, locales } = {}) =>
      JSON.parse((await travel(lookJourney(requester(userId, locales), flow))).body) as Onboarding,
    changeStep: async (userId, { id, flow, ...change }) => {
      const step = { id, flow, ...accepted(stepChange, withoutUndefined(change)) }
      await travel(stepJourney(requester(userId), step, {}))
    },
    checkGate: async (check) => {
      const asked = accepted(gateCheck, withoutUndefined(check))
      return JSON.parse((await travel(gateJourney(asked, requester(asked.userId)))).body) as GateVerdict
    },
    publishFlow: async (document, reason) => {
      const { database } = await started()
      const { name, version } = await storeDraft(database, document, 'host')
      await publish(database, { flow: name, version, kind: 'publish', by: 'host', reason: reason ?? null })
      return { name, version }
    },
    hasFlow: async (name) => (await readFlow((await started()).database.query, name)) !== undefined,
  }
}
