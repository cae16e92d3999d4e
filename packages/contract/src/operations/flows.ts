import { z } from 'zod'
import { flowDocument } from '../flow-document.ts'
import {
  flowDetail,
  flowList,
  flowStored,
  flowVersionDetail,
  impact,
  impactRequest,
  publishing,
  reasonGiven,
} from '../flows-admin.ts'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'
import { digits, name } from '../values.ts'

const reads = { kind: 'server', scope: 'flows:read' } as const
const publishes = { kind: 'server', scope: 'flows:publish' } as const

const flowPath = z.strictObject({ name })
const versionPath = flowPath.extend({ version: digits(999_999_999) })

export const flowOperations = {
  createFlow: {
    method: 'post',
    path: '/api/admin/flows',
    summary: 'Store a draft; content equal to the newest version’s answers 200 and stores nothing',
    caller: { kind: 'server', scope: 'flows:write' },
    audit: { target: 'flow', namedBy: ['name', 'version'] },
    parameters: {},
    body: flowDocument,
    answers: { 200: flowStored, 201: flowStored },
    errors: ['invalid_flow', 'conflict'],
    headers: ['If-Match'],
  },
  listFlows: {
    method: 'get',
    path: '/api/admin/flows',
    summary: 'All flows, by name',
    caller: reads,
    parameters: { query: listQuery },
    answers: { 200: flowList },
    errors: [],
  },
  getFlow: {
    method: 'get',
    path: '/api/admin/flows/{name}',
    summary: 'One flow and its versions',
    caller: reads,
    parameters: { path: flowPath },
    answers: { 200: flowDetail },
    errors: ['flow_not_found'],
  },
  getFlowVersion: {
    method: 'get',
    path: '/api/admin/flows/{name}/versions/{version}',
    summary: 'One version with its document',
    caller: reads,
    parameters: { path: versionPath },
    answers: { 200: flowVersionDetail },
    errors: ['flow_not_found', 'version_not_found'],
  },
  previewImpact: {
    method: 'post',
    path: '/api/admin/flows/{name}/versions/{version}/impact',
    summary: 'What publishing a version would mean for the people in the flow; writes nothing',
    caller: publishes,
    audit: { not: 'It changes nothing.' },
    parameters: { path: versionPath },
    body: impactRequest,
    bodyOptional: true,
    answers: { 200: impact },
    errors: ['flow_not_found', 'version_not_found'],
  },
  publishFlowVersion: {
    method: 'post',
    path: '/api/admin/flows/{name}/versions/{version}/publish',
    summary: 'Make a version the active one',
    caller: publishes,
    audit: { target: 'flow', namedBy: ['name', 'version'] },
    parameters: { path: versionPath },
    body: publishing,
    bodyOptional: true,
    answers: { 200: flowVersionDetail },
    errors: ['flow_not_found', 'version_not_found', 'invalid_flow', 'conflict', 'stale'],
    headers: ['If-Match'],
  },
  rollbackFlowVersion: {
    method: 'post',
    path: '/api/admin/flows/{name}/versions/{version}/rollback',
    summary: 'Go back to this version',
    caller: publishes,
    audit: { target: 'flow', namedBy: ['name', 'version'] },
    parameters: { path: versionPath },
    body: reasonGiven,
    bodyOptional: true,
    answers: { 200: flowVersionDetail },
    errors: ['flow_not_found', 'version_not_found', 'conflict'],
  },
  deprecateFlowVersion: {
    method: 'post',
    path: '/api/admin/flows/{name}/versions/{version}/deprecate',
    summary: 'Take a version out of use; an active one lets nobody new in',
    caller: publishes,
    audit: { target: 'flow', namedBy: ['name', 'version'] },
    parameters: { path: versionPath },
    body: reasonGiven,
    bodyOptional: true,
    answers: { 200: flowVersionDetail },
    errors: ['flow_not_found', 'version_not_found', 'conflict'],
  },
} as const satisfies Record<string, OperationRow>
