import { z } from 'zod'
import {
  flowChanged,
  flowResumption,
  flowSkip,
  nudgeSnoozed,
  onboarding,
  stepChanged,
  stepChangeOrSnooze,
} from '../onboarding.ts'
import type { OperationRow } from '../operation.ts'
import { lineUpTo, name } from '../values.ts'

const flowQuery = z.strictObject({
  flow: name.optional().describe('Absent: the flow that a plain GET shows.'),
})

export const onboardingOperations = {
  getOnboarding: {
    method: 'get',
    path: '/api/onboarding',
    summary: 'What the person sees now',
    caller: { kind: 'person' },
    parameters: {
      query: flowQuery.extend({
        market: lineUpTo(64)
          .optional()
          .describe('Shows the steps of another market; never changes what a gate decides.'),
      }),
    },
    answers: { 200: onboarding, 304: null },
    errors: ['flow_not_found'],
    headers: ['Accept-Language', 'If-None-Match'],
  },
  changeStep: {
    method: 'patch',
    path: '/api/onboarding/steps/{id}',
    summary: 'Do or skip a step, or snooze the reminder',
    caller: { kind: 'person' },
    parameters: { path: z.strictObject({ id: lineUpTo(64) }), query: flowQuery },
    body: stepChangeOrSnooze,
    answers: { 200: z.union([stepChanged, nudgeSnoozed]) },
    errors: [
      'step_not_found',
      'flow_not_found',
      'not_enrolled',
      'role_not_allowed',
      'step_required',
      'step_already_done',
      'dependency_open',
      'proof_required',
      'snooze_limit',
      'snooze_past',
    ],
    headers: ['If-Match', 'Idempotency-Key'],
  },
  skipFlow: {
    method: 'post',
    path: '/api/onboarding/skip',
    summary: 'Put the whole flow aside',
    caller: { kind: 'person' },
    parameters: { query: flowQuery },
    body: flowSkip,
    bodyOptional: true,
    answers: { 200: flowChanged },
    errors: ['flow_not_found', 'not_enrolled', 'flow_completed'],
    headers: ['If-Match', 'Idempotency-Key'],
  },
  resumeFlow: {
    method: 'post',
    path: '/api/onboarding/resume',
    summary: 'Take a skipped flow up again',
    caller: { kind: 'person' },
    parameters: { query: flowQuery },
    body: flowResumption,
    bodyOptional: true,
    answers: { 200: flowChanged },
    errors: ['flow_not_found', 'not_enrolled', 'flow_completed'],
    headers: ['If-Match', 'Idempotency-Key'],
  },
} as const satisfies Record<string, OperationRow>
