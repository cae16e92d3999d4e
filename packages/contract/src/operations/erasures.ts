import { erasureList, erasuresAdded, erasuresAdding, erasuresReplay, erasuresReplayed } from '../erasures.ts'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'

const reads = { kind: 'server', scope: 'people:read' } as const
const writes = { kind: 'server', scope: 'people:write' } as const

export const erasureOperations = {
  listErasures: {
    method: 'get',
    path: '/api/admin/erasures',
    summary: 'Who was erased, as keyed hashes: to be kept outside backups',
    caller: reads,
    parameters: { query: listQuery },
    answers: { 200: erasureList },
    errors: [],
  },
  addErasures: {
    method: 'post',
    path: '/api/admin/erasures',
    summary: 'Give back the list after an older backup was restored',
    caller: writes,
    parameters: {},
    body: erasuresAdding,
    answers: { 200: erasuresAdded },
    errors: ['erasure_key_differs'],
  },
  replayErasures: {
    method: 'post',
    path: '/api/admin/erasures/replay',
    summary: 'Erase again those whom a backup brought back, a part of all people at a time',
    caller: writes,
    parameters: {},
    body: erasuresReplay,
    answers: { 200: erasuresReplayed },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
