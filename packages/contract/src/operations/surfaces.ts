import { nudgeSnooze, surfaceChange, surfaceChanged } from '../onboarding.ts'
import type { OperationRow } from '../operation.ts'
import { changeHeaders, flowQuery } from './onboarding.ts'

const changing = {
  method: 'post',
  caller: { kind: 'person' },
  parameters: { query: flowQuery },
  bodyOptional: true,
  answers: { 200: surfaceChanged },
  headers: changeHeaders,
} as const

const errors = ['flow_not_found', 'not_enrolled'] as const

/** What a person does to the reminder, the setup guide and the welcome. */
export const surfaceOperations = {
  snoozeNudge: {
    ...changing,
    path: '/api/onboarding/nudge/snooze',
    summary: 'Put the reminder to sleep',
    body: nudgeSnooze,
    errors: [...errors, 'snooze_off', 'snooze_limit', 'snooze_past'],
    limits: ['snoozes'],
  },
  unsnoozeNudge: {
    ...changing,
    path: '/api/onboarding/nudge/unsnooze',
    summary: 'Undo the last snooze, within ten seconds',
    body: surfaceChange,
    errors: [...errors, 'unsnooze_late'],
  },
  dismissNudge: {
    ...changing,
    path: '/api/onboarding/nudge/dismiss',
    summary: 'Put the reminder away, until a newer version of the flow',
    body: surfaceChange,
    errors,
  },
  dismissGuide: {
    ...changing,
    path: '/api/onboarding/guide/dismiss',
    summary: 'Put the setup guide away',
    body: surfaceChange,
    errors,
  },
  restoreGuide: {
    ...changing,
    path: '/api/onboarding/guide/restore',
    summary: 'Bring the setup guide back',
    body: surfaceChange,
    errors,
  },
  seeWelcome: {
    ...changing,
    path: '/api/onboarding/welcome/seen',
    summary: 'Note that the welcome was seen',
    body: surfaceChange,
    errors,
  },
} as const satisfies Record<string, OperationRow>
