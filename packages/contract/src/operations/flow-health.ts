import { z } from 'zod'
import {
  alertList,
  alertQuery,
  baselineRequest,
  baselineTaken,
  flowHealth,
  healthQuery,
  healthSettings,
  healthSettingsUpdate,
  incidentList,
  measurement,
  measurementTaken,
} from '../flow-health.ts'
import { listQuery } from '../lists.ts'
import type { OperationRow } from '../operation.ts'
import { name } from '../values.ts'

const reads = { kind: 'server', scope: 'release:read' } as const
const writes = { kind: 'server', scope: 'release:write' } as const
const path = z.strictObject({ flow: name })

export const flowHealthOperations = {
  getHealth: {
    method: 'get',
    path: '/api/admin/health/{flow}',
    summary: 'How a flow fares, against its targets and its baseline',
    caller: reads,
    parameters: { path, query: healthQuery },
    answers: { 200: flowHealth },
    errors: ['flow_not_found'],
  },
  takeBaseline: {
    method: 'post',
    path: '/api/admin/health/{flow}/baseline',
    summary: 'Keep the figures of a time, to compare with',
    caller: writes,
    audit: { target: 'flow', namedBy: ['flow'] },
    parameters: { path },
    body: baselineRequest,
    answers: { 200: baselineTaken },
    errors: ['flow_not_found'],
  },
  sendMeasurement: {
    method: 'post',
    path: '/api/admin/health/{flow}/measurements',
    summary: 'Tell what the host measured, such as support tickets since the last time',
    caller: { kind: 'server', scope: 'measurements:write' },
    audit: { not: 'What the host measures, told again and again.' },
    parameters: { path },
    body: measurement,
    answers: { 201: measurementTaken },
    errors: ['flow_not_found'],
    headers: ['Idempotency-Key'],
  },
  getHealthSettings: {
    method: 'get',
    path: '/api/admin/health/{flow}/settings',
    summary: 'By what a flow is judged, and who is told',
    caller: reads,
    parameters: { path },
    answers: { 200: healthSettings },
    errors: ['flow_not_found'],
  },
  putHealthSettings: {
    method: 'put',
    path: '/api/admin/health/{flow}/settings',
    summary: 'Change some of them',
    caller: writes,
    audit: { target: 'flow', namedBy: ['flow'] },
    parameters: { path },
    body: healthSettingsUpdate,
    answers: { 200: healthSettings },
    errors: ['flow_not_found', 'url_refused'],
  },
  listIncidents: {
    method: 'get',
    path: '/api/admin/health/{flow}/incidents',
    summary: 'What was switched off, or would have been, and by what evidence; newest first',
    caller: reads,
    parameters: { path, query: listQuery },
    answers: { 200: incidentList },
    errors: ['flow_not_found'],
  },
  listAlerts: {
    method: 'get',
    path: '/api/admin/alerts',
    summary: 'Alerts of all flows, newest first',
    caller: reads,
    parameters: { query: alertQuery },
    answers: { 200: alertList },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
