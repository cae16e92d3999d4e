import { browserEvent, browserEventTaken, consent, consentChange } from '../observation.ts'
import type { OperationRow } from '../operation.ts'
import { erasure, personExport } from '../people.ts'
import { flowQuery } from './onboarding.ts'

/** What a browser tells of the person beside what they change, whether that may be kept, and what is. */
export const observationOperations = {
  getConsent: {
    method: 'get',
    path: '/api/onboarding/consent',
    summary: 'Whether the person may be observed',
    caller: { kind: 'person' },
    parameters: {},
    answers: { 200: consent },
    errors: [],
  },
  putConsent: {
    method: 'put',
    path: '/api/onboarding/consent',
    summary: 'Say whether the person may be observed, from now on',
    caller: { kind: 'person' },
    parameters: {},
    body: consentChange,
    answers: { 200: consent },
    errors: [],
  },
  sendBrowserEvent: {
    method: 'post',
    path: '/api/onboarding/events',
    summary: 'Tell what only a browser knows; stored with consent only',
    caller: { kind: 'person' },
    parameters: { query: flowQuery },
    body: browserEvent,
    answers: { 200: browserEventTaken },
    errors: ['flow_not_found', 'step_not_found'],
    headers: ['Idempotency-Key'],
  },
  exportOwn: {
    method: 'get',
    path: '/api/onboarding/export',
    summary: 'Everything held of the person who asks',
    caller: { kind: 'person' },
    parameters: {},
    answers: { 200: personExport },
    errors: ['person_not_found'],
  },
  eraseOwn: {
    method: 'delete',
    path: '/api/onboarding',
    summary:
      'Erase the person who asks; their token is refused from then on, until the host sends them again',
    caller: { kind: 'person' },
    audit: { target: 'person' },
    parameters: {},
    answers: { 200: erasure },
    errors: ['person_not_found'],
  },
} as const satisfies Record<string, OperationRow>
