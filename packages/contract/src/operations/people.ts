import { z } from 'zod'
import { listQuery } from '../lists.ts'
import { onboarding, stepChange, stepChanged } from '../onboarding.ts'
import type { OperationRow } from '../operation.ts'
import { erasure, explanation, personExport, timeline } from '../people.ts'
import { account, accountUpdate, factsUpdate, person } from '../person.ts'
import { hostId, lineUpTo, name } from '../values.ts'

const reads = { kind: 'server', scope: 'people:read' } as const
const writes = { kind: 'server', scope: 'people:write' } as const

const intake = 'What the host knows of its people, told again and again.'

const userPath = z.strictObject({ userId: hostId })
const flowQuery = z.strictObject({
  flow: name.optional().describe('Absent: the flow that the person’s own GET shows.'),
})

export const peopleOperations = {
  putUser: {
    method: 'put',
    path: '/api/users/{userId}',
    summary: 'Tell the facts of a person',
    caller: writes,
    audit: { not: intake },
    parameters: { path: userPath },
    body: factsUpdate,
    answers: { 200: person },
    errors: ['conflict'],
  },
  getUserOnboarding: {
    method: 'get',
    path: '/api/users/{userId}/onboarding',
    summary: 'What a person would see; writes nothing',
    caller: reads,
    parameters: { path: userPath, query: flowQuery },
    answers: { 200: onboarding, 304: null },
    errors: ['person_not_found', 'flow_not_found'],
    headers: ['Accept-Language', 'If-None-Match'],
  },
  changeUserStep: {
    method: 'patch',
    path: '/api/users/{userId}/onboarding/steps/{stepId}',
    summary: 'Prove that a person did a step, or skip it for them',
    caller: writes,
    audit: { not: 'The timeline of the person tells of it.' },
    parameters: { path: userPath.extend({ stepId: lineUpTo(64) }), query: flowQuery },
    body: stepChange,
    answers: { 200: stepChanged },
    errors: [
      'person_erased',
      'step_not_found',
      'flow_not_found',
      'not_enrolled',
      'role_not_allowed',
      'step_required',
      'skip_off',
      'step_already_done',
      'dependency_open',
      'proof_required',
      'conflict',
    ],
    headers: ['If-Match', 'Idempotency-Key'],
  },
  explainUser: {
    method: 'get',
    path: '/api/users/{userId}/explain',
    summary: 'Why a person sees what they see',
    caller: reads,
    parameters: {
      path: userPath,
      query: flowQuery.extend({
        gate: name.optional().describe('Also says why this gate lets pass or not.'),
      }),
    },
    answers: { 200: explanation },
    errors: ['person_not_found', 'flow_not_found', 'unknown_gate'],
  },
  exportUser: {
    method: 'get',
    path: '/api/users/{userId}/export',
    summary: 'Everything held of a person',
    caller: { kind: 'server', scope: 'people:export' },
    audit: { target: 'person' },
    parameters: { path: userPath },
    answers: { 200: personExport },
    errors: ['person_not_found'],
  },
  deleteUser: {
    method: 'delete',
    path: '/api/users/{userId}',
    summary: 'Erase a person',
    caller: { kind: 'server', scope: 'people:erase' },
    audit: { target: 'person' },
    parameters: { path: userPath },
    answers: { 200: erasure },
    errors: ['person_not_found'],
  },
  putAccount: {
    method: 'put',
    path: '/api/accounts/{accountId}',
    summary: 'Tell the attributes of an account',
    caller: writes,
    audit: { not: intake },
    parameters: { path: z.strictObject({ accountId: hostId }) },
    body: accountUpdate,
    answers: { 200: account },
    errors: ['conflict'],
  },
  getTimeline: {
    method: 'get',
    path: '/api/admin/people/{userId}/timeline',
    summary: 'What happened to a person, oldest first',
    caller: reads,
    parameters: { path: userPath, query: listQuery },
    answers: { 200: timeline },
    errors: ['person_not_found'],
  },
} as const satisfies Record<string, OperationRow>
