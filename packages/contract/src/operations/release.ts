import { z } from 'zod'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'
import { kill, release, releaseChanges, releaseUpdate } from '../release.ts'
import { advanced, advanceRequest, phasesUpdate, releasePhases } from '../release-phases.ts'
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
    audit: { target: 'flow', namedBy: ['flow'] },
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
    audit: { target: 'flow', namedBy: ['flow'] },
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
  getReleasePhases: {
    method: 'get',
    path: '/api/admin/release/{flow}/phases',
    summary: 'The phases of a release, in which it is, and what it takes to go on',
    caller: reads,
    parameters: { path },
    answers: { 200: releasePhases },
    errors: ['flow_not_found'],
  },
  putReleasePhases: {
    method: 'put',
    path: '/api/admin/release/{flow}/phases',
    summary: 'Plan the phases; the release stays in the one of that name',
    caller: writes,
    audit: { target: 'flow', namedBy: ['flow'] },
    parameters: { path },
    body: phasesUpdate,
    answers: { 200: releasePhases },
    errors: ['flow_not_found'],
    headers: ['If-Match'],
  },
  advanceRelease: {
    method: 'post',
    path: '/api/admin/release/{flow}/phases/advance',
    summary: 'Enter the next phase, if the criteria of this one are met; says how they stand',
    caller: writes,
    audit: { target: 'flow', namedBy: ['flow'] },
    parameters: { path },
    body: advanceRequest,
    bodyOptional: true,
    answers: { 200: advanced },
    errors: ['flow_not_found'],
  },
} as const satisfies Record<string, OperationRow>
