import { randomUUID } from 'node:crypto'
import { hostId, factsUpdate, type FlowInput, type Onboarding, type Operation } from '@boardwalk/contract'
import type { FactsUpdate } from '@boardwalk/engine'
import { publish, readFlow, type Database } from '@boardwalk/store'
import { storeDraft } from './flows/store-draft.ts'
import { gateJourney } from './gates/journey.ts'
import { verbsOn } from './http/verbs.ts'
import { lookJourney, stepJourney, type StepRequest } from './onboarding/journeys.ts'
import type { Requester } from './onboarding/requester.ts'
import { tellJourney } from './people/journeys.ts'
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

const requester = (userId: string, locales: readonly string[] = []): Requester => ({
  userId: hostId.parse(userId),
  claims: {},
  source: 'api',
  locales,
  correlationId: randomUUID(),
})

export const inProcessVerbs = (started: () => Promise<Running>): InProcessVerbs => {
  const travel = async (journey: Journey) => verbsOn((await started()).road).travel(journey)

  return {
    putUser: async (userId, facts) =>
      void (await travel(tellJourney(requester(userId), factsUpdate.parse(facts)))),
    getOnboarding: async (userId, { flow, locales } = {}) =>
      JSON.parse((await travel(lookJourney(requester(userId, locales), flow))).body) as Onboarding,
    changeStep: async (userId, step) => void (await travel(stepJourney(requester(userId), step, {}))),
    checkGate: async (check) => {
      const from = requester(check.userId)
      return JSON.parse((await travel(gateJourney(check, from))).body) as GateVerdict
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
