import type { OperationRow } from '../operation.ts'
import { projectionList } from '../projections.ts'

export const projectionOperations = {
  listProjections: {
    method: 'get',
    path: '/api/admin/projections',
    summary: 'What is kept up to date from history, and how far it is',
    caller: { kind: 'server', scope: 'analytics:read' },
    parameters: {},
    answers: { 200: projectionList },
    errors: [],
  },
  rebuildProjections: {
    method: 'post',
    path: '/api/admin/projections/rebuild',
    summary: 'Count all of history anew; what erased people left stays',
    caller: { kind: 'server', scope: 'analytics:write' },
    audit: { target: 'projections' },
    parameters: {},
    answers: { 202: null },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
