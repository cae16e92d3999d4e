import { z } from 'zod'
import {
  abandonmentAnswer,
  conversionAnswer,
  funnelAnswer,
  gatesAnswer,
  nudgesAnswer,
  retentionAnswer,
  timeToCompleteAnswer,
  timeToValueAnswer,
} from '../analytics.ts'
import {
  funnelQuery,
  retentionQuery,
  seriesQuery,
  timeToCompleteQuery,
  valueQuery,
} from '../analytics-query.ts'
import type { OperationRow } from '../operation.ts'

const question = {
  method: 'get',
  caller: { kind: 'server', scope: 'analytics:read' },
  otherAnswers: { 'text/csv': z.string() },
  errors: ['flow_not_found', 'version_not_found'],
} as const

export const analyticsOperations = {
  getFunnel: {
    ...question,
    path: '/api/admin/analytics/funnel',
    summary: 'How many entered a flow, and how far they came, step by step',
    parameters: { query: funnelQuery },
    answers: { 200: funnelAnswer },
  },
  getTimeToComplete: {
    ...question,
    path: '/api/admin/analytics/time-to-complete',
    summary: 'How long people take for a flow, with the unfinished as unfinished',
    parameters: { query: timeToCompleteQuery },
    answers: { 200: timeToCompleteAnswer },
  },
  getTimeToValue: {
    ...question,
    path: '/api/admin/analytics/time-to-value',
    summary: 'How long it takes from signing up to an event of value, or to the activation step',
    parameters: { query: valueQuery },
    answers: { 200: timeToValueAnswer },
  },
  getConversion: {
    ...question,
    path: '/api/admin/analytics/conversion',
    summary: 'How many of those who signed up do an event of value, by day of signing up',
    parameters: { query: valueQuery },
    answers: { 200: conversionAnswer },
  },
  getRetention: {
    ...question,
    path: '/api/admin/analytics/retention',
    summary: 'Who comes back, day by day, by day of signing up',
    parameters: { query: retentionQuery },
    answers: { 200: retentionAnswer },
  },
  getAbandonment: {
    ...question,
    path: '/api/admin/analytics/abandonment',
    summary: 'How many attempts that a gate stopped were not followed by the missing step within an hour',
    parameters: { query: seriesQuery },
    answers: { 200: abandonmentAnswer },
  },
  getNudgeFigures: {
    ...question,
    path: '/api/admin/analytics/nudges',
    summary: 'How often nudges were shown, snoozed and dismissed',
    parameters: { query: seriesQuery },
    answers: { 200: nudgesAnswer },
  },
  getGateFigures: {
    ...question,
    path: '/api/admin/analytics/gates',
    summary: 'How often gates were asked, and how often they stopped somebody',
    parameters: { query: seriesQuery },
    answers: { 200: gatesAnswer },
  },
} as const satisfies Record<string, OperationRow>
