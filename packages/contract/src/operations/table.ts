import type { z } from 'zod'
import type { OperationRow } from '../operation.ts'
import { analyticsOperations } from './analytics.ts'
import { apiKeyOperations } from './api-keys.ts'
import { auditOperations } from './audit.ts'
import { deadLetterOperations } from './dead-letters.ts'
import { erasureOperations } from './erasures.ts'
import { eventOperations } from './events.ts'
import { experimentOperations } from './experiments.ts'
import { flowHealthOperations } from './flow-health.ts'
import { flagOperations } from './flags.ts'
import { flowOperations } from './flows.ts'
import { gateOperations } from './gates.ts'
import { observationOperations } from './observation.ts'
import { importOperations } from './import.ts'
import { onboardingOperations } from './onboarding.ts'
import { peopleOperations } from './people.ts'
import { processOperations } from './process.ts'
import { projectionOperations } from './projections.ts'
import { releaseOperations } from './release.ts'
import { streamOperations } from './stream.ts'
import { surfaceOperations } from './surfaces.ts'
import { webhookOperations } from './webhooks.ts'

/** Everything that is served, by operation id. */
export const operations = {
  ...onboardingOperations,
  ...streamOperations,
  ...surfaceOperations,
  ...observationOperations,
  ...peopleOperations,
  ...erasureOperations,
  ...eventOperations,
  ...deadLetterOperations,
  ...importOperations,
  ...gateOperations,
  ...flowOperations,
  ...releaseOperations,
  ...experimentOperations,
  ...flowHealthOperations,
  ...flagOperations,
  ...analyticsOperations,
  ...projectionOperations,
  ...webhookOperations,
  ...apiKeyOperations,
  ...auditOperations,
  ...processOperations,
} as const

export type OperationId = keyof typeof operations

export const operationIds = Object.keys(operations) as OperationId[]

/** The row as the table's own type, for those who treat all alike. */
export const operationRow = (id: OperationId): OperationRow => operations[id]

type Rows = typeof operations

/** Operations that answer little by little, as long as the caller listens. */
export type StreamId = {
  [Id in OperationId]: Rows[Id] extends { readonly mediaType: 'text/event-stream' } ? Id : never
}[OperationId]

/** Where an operation is served. */
export type Route<Id extends OperationId> = {
  readonly method: Rows[Id]['method']
  readonly path: Rows[Id]['path']
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined
type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined
type Part<Parts, Name extends string> = Parts extends { readonly [Key in Name]: infer Schema }
  ? Parsed<Schema>
  : undefined
type Answers<Row extends OperationRow> = {
  [Status in keyof Row['answers'] & number]: {
    readonly status: Status
    readonly body: Row['answers'][Status] extends z.ZodType ? z.input<Row['answers'][Status]> : null
  }
}[keyof Row['answers'] & number]

type GivenPart<Parts, Name extends string> = Parts extends { readonly [Key in Name]: infer Schema }
  ? Given<Schema>
  : undefined

/** What a client sends. `undefined`: nothing. */
export type Sending<Id extends OperationId> = {
  readonly path: GivenPart<Rows[Id]['parameters'], 'path'>
  readonly query: GivenPart<Rows[Id]['parameters'], 'query'>
  readonly body: GivenPart<Rows[Id], 'body'>
}

/** What an operation is called with, after parsing, and what it may answer besides errors. `undefined`: it takes none. */
export type Operation<Id extends OperationId> = {
  readonly path: Part<Rows[Id]['parameters'], 'path'>
  readonly query: Part<Rows[Id]['parameters'], 'query'>
  readonly body: Part<Rows[Id], 'body'>
  readonly answer: Answers<Rows[Id]>
}
