import { erasureList, erasuresAdded, erasuresAdding, erasuresReplay, erasuresReplayed } from '../erasures.ts'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'

const erases = { kind: 'server', scope: 'people:erase' } as const

export const erasureOperations = {
  listErasures: {
    method: 'get',
    path: '/api/admin/erasures',
    summary: 'Who was erased, as keyed hashes: to be kept outside backups',
    caller: erases,
    parameters: { query: listQuery },
    answers: { 200: erasureList },
    errors: [],
  },
  addErasures: {
    method: 'post',
    path: '/api/admin/erasures',
    audit: { target: 'erasures' },
    summary: 'Give back the list after an older backup was restored',
    caller: erases,
    parameters: {},
    body: erasuresAdding,
    answers: { 200: erasuresAdded },
    errors: ['erasure_key_differs'],
  },
  replayErasures: {
    method: 'post',
    path: '/api/admin/erasures/replay',
    audit: { target: 'erasures' },
    summary: 'Erase again those whom a backup brought back, a part of all people at a time',
    caller: erases,
    parameters: {},
    body: erasuresReplay,
    answers: { 200: erasuresReplayed },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
