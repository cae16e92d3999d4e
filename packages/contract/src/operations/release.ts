import { z } from 'zod'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'
import { kill, release, releaseChanges, releaseUpdate } from '../release.ts'
import { name } from '../values.ts'

const reads = { kind: 'server', scope: 'release:read' } as const
const writes = { kind: 'server', scope: 'release:write' } as const
const path = z.strictObject({ flow: name })

export const releaseOperations = {
  getRelease: {
    method: 'get',
    path: '/api/admin/release/{flow}',
    summary: 'Who gets a flow at all; without settings it is on for all',
    caller: reads,
    parameters: { path },
    answers: { 200: release },
    errors: ['flow_not_found'],
  },
  putRelease: {
    method: 'put',
    path: '/api/admin/release/{flow}',
    summary: 'Change some of the settings; `enabled: true` undoes a kill',
    caller: writes,
    parameters: { path },
    body: releaseUpdate,
    answers: { 200: release },
    errors: ['flow_not_found'],
    headers: ['If-Match'],
  },
  killRelease: {
    method: 'post',
    path: '/api/admin/release/{flow}/kill',
    summary: 'Switch a flow off for all at once, and tell it as `feature.rollback`',
    caller: writes,
    parameters: { path },
    body: kill,
    answers: { 200: release },
    errors: ['flow_not_found'],
  },
  listReleaseChanges: {
    method: 'get',
    path: '/api/admin/release/{flow}/changes',
    summary: 'Who changed what, when and why, newest first',
    caller: reads,
    parameters: { path, query: listQuery },
    answers: { 200: releaseChanges },
    errors: ['flow_not_found'],
  },
} as const satisfies Record<string, OperationRow>
