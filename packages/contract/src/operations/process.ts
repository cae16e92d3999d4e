import { z } from 'zod'
import { alive, notReady, ready } from '../health.ts'
import type { OperationRow } from '../operation.ts'

const caller = { kind: 'anyone' } as const
const document = z.record(z.string(), z.unknown())

export const processOperations = {
  healthLive: {
    method: 'get',
    path: '/health/live',
    summary: 'Whether the process runs',
    caller,
    parameters: {},
    answers: { 200: alive },
    errors: [],
  },
  healthReady: {
    method: 'get',
    path: '/health/ready',
    summary: 'Whether the process can answer requests',
    caller,
    parameters: {},
    answers: { 200: ready, 503: notReady },
    errors: [],
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    summary: 'Figures for Prometheus',
    caller,
    parameters: {},
    mediaType: 'text/plain; version=0.0.4',
    answers: { 200: z.string() },
    errors: [],
  },
  openApi: {
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    caller,
    parameters: {},
    answers: { 200: document },
    errors: [],
  },
  flowSchema: {
    method: 'get',
    path: '/schemas/flow.json',
    summary: 'JSON Schema of a flow document',
    caller,
    parameters: {},
    mediaType: 'application/schema+json',
    answers: { 200: document },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
