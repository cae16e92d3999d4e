import { eventResults, eventsSent } from '../events.ts'
import type { OperationRow } from '../operation.ts'

export const eventOperations = {
  sendEvents: {
    method: 'post',
    path: '/api/events',
    summary: 'Tell what people did, or who they are; answered event by event',
    caller: { kind: 'server', scope: 'events:write' },
    parameters: {},
    body: eventsSent,
    answers: { 200: eventResults },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
