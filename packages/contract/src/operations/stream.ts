import { z } from 'zod'
import type { OperationRow } from '../operation.ts'

const help =
  'Server-sent events. `event: changed` with `data: {}` comes at the start and whenever what the person would read may ' +
  'have changed: read it again. A comment comes every 25 seconds. The stream ends when the token expires, when the ' +
  'person is erased and when the server stops.'

export const streamOperations = {
  streamOnboarding: {
    method: 'get',
    path: '/api/onboarding/stream',
    summary: 'Hear of changes as they happen',
    caller: { kind: 'person' },
    parameters: {},
    mediaType: 'text/event-stream',
    answers: { 200: z.string().describe(help) },
    errors: ['too_many_streams'],
  },
} as const satisfies Record<string, OperationRow>
