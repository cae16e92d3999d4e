import { z } from 'zod'
import {
  flowChanged,
  flowResumption,
  flowSkip,
  onboarding,
  stepChanged,
  stepChangeOrSnooze,
  surfaceChanged,
} from '../onboarding.ts'
import type { OperationRow } from '../operation.ts'
import { lineUpTo, name } from '../values.ts'

export const flowQuery = z.strictObject({
  flow: name.optional().describe('Absent: the flow that a plain GET shows.'),
})

/** Of every change of a person's own onboarding. */
export const changeHeaders = ['Accept-Language', 'If-Match', 'Idempotency-Key', 'Prefer'] as const

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
    answers: { 200: z.union([stepChanged, surfaceChanged]) },
    errors: [
      'step_not_found',
      'flow_not_found',
      'not_enrolled',
      'role_not_allowed',
      'step_required',
      'skip_off',
      'step_already_done',
      'dependency_open',
      'proof_required',
      'snooze_off',
      'snooze_limit',
      'snooze_past',
    ],
    headers: changeHeaders,
    limits: ['step_updates', 'snoozes'],
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
    errors: ['flow_not_found', 'not_enrolled', 'flow_completed', 'skip_off'],
    headers: changeHeaders,
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
    headers: changeHeaders,
  },
} as const satisfies Record<string, OperationRow>
