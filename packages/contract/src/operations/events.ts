import { z } from 'zod'
import { cloudEvent, cloudEventBatch } from '../cloud-events.ts'
import { eventResults, eventsSent } from '../events.ts'
import type { OperationRow } from '../operation.ts'
import { reconcileRequest, reconciliation } from '../reconciliation.ts'
import { oneOf } from '../values.ts'

export const eventOperations = {
  sendEvents: {
    method: 'post',
    path: '/api/events',
    summary: 'Tell what people did, or who they are; answered event by event',
    caller: { kind: 'server', scope: 'events:write' },
    audit: { not: 'The happenings tell what events brought about.' },
    parameters: {
      query: z.strictObject({
        dryRun: oneOf('true', 'false').optional().describe('Tells what each would do, and writes nothing.'),
      }),
    },
    body: eventsSent,
    otherBodies: {
      'application/cloudevents+json': cloudEvent,
      'application/cloudevents-batch+json': cloudEventBatch,
    },
    answers: { 200: eventResults },
    errors: [],
  },
  reconcile: {
    method: 'post',
    path: '/api/admin/reconcile',
    summary: 'Complete what remembered events prove, a page of people at a time',
    caller: { kind: 'server', scope: 'events:write' },
    audit: { target: 'people' },
    parameters: {},
    body: reconcileRequest,
    bodyOptional: true,
    answers: { 200: reconciliation },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
