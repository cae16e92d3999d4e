import { z } from 'zod'
import { apiKeyList, apiKeyMade, apiKeyRequest } from '../api-keys.ts'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'
import { lineUpTo } from '../values.ts'

const caller = { kind: 'server', scope: 'keys:write' } as const

export const apiKeyOperations = {
  createApiKey: {
    method: 'post',
    path: '/api/admin/api-keys',
    summary: 'Make an API key; it is shown this once',
    caller,
    audit: { target: 'key', namedBy: ['id'] },
    parameters: {},
    body: apiKeyRequest,
    answers: { 201: apiKeyMade },
    errors: [],
  },
  listApiKeys: {
    method: 'get',
    path: '/api/admin/api-keys',
    summary: 'All API keys, without the keys themselves',
    caller,
    parameters: { query: listQuery },
    answers: { 200: apiKeyList },
    errors: [],
  },
  revokeApiKey: {
    method: 'delete',
    path: '/api/admin/api-keys/{id}',
    summary: 'Revoke an API key at once',
    caller,
    audit: { target: 'key', namedBy: ['id'] },
    parameters: { path: z.strictObject({ id: lineUpTo(64) }) },
    answers: { 204: null },
    errors: ['key_not_found'],
  },
} as const satisfies Record<string, OperationRow>
