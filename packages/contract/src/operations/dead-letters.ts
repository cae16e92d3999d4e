import { deadLetterFull, deadLetterList, deadLetterPath, deadLetterTaken } from '../dead-letters.ts'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'

// They hold what came about people, as it came.
const reads = { kind: 'server', scope: 'people:read' } as const
const writes = { kind: 'server', scope: 'events:write' } as const

export const deadLetterOperations = {
  listDeadLetters: {
    method: 'get',
    path: '/api/admin/dead-letters',
    summary: 'Records that could not be taken, oldest first',
    caller: reads,
    parameters: { query: listQuery },
    answers: { 200: deadLetterList },
    errors: [],
  },
  getDeadLetter: {
    method: 'get',
    path: '/api/admin/dead-letters/{id}',
    summary: 'One record that could not be taken',
    caller: reads,
    parameters: { path: deadLetterPath },
    answers: { 200: deadLetterFull },
    errors: ['dead_letter_not_found'],
  },
  replayDeadLetter: {
    method: 'post',
    path: '/api/admin/dead-letters/{id}/replay',
    summary: 'Take a record again, as the sources say now',
    caller: writes,
    audit: { target: 'dead_letter', namedBy: ['id'] },
    parameters: { path: deadLetterPath },
    answers: { 200: deadLetterTaken },
    errors: ['dead_letter_not_found', 'still_unreadable', 'person_erased', 'conflict'],
  },
  deleteDeadLetter: {
    method: 'delete',
    path: '/api/admin/dead-letters/{id}',
    summary: 'Remove a record that could not be taken',
    caller: writes,
    audit: { target: 'dead_letter', namedBy: ['id'] },
    parameters: { path: deadLetterPath },
    answers: { 204: null },
    errors: ['dead_letter_not_found'],
  },
} as const satisfies Record<string, OperationRow>
