import { z } from 'zod'
import { evaluationFailed, evaluationRequest, flag, flags } from '../flags.ts'
import type { OperationRow } from '../operation.ts'

const caller = { kind: 'either', scope: 'flags:read' } as const
const errors = ['malformed_json', 'targeting_key_missing', 'forbidden', 'person_erased'] as const

/** The OpenFeature Remote Evaluation Protocol, version 0.3: paths and bodies are as it has them. */
export const flagOperations = {
  evaluateFlag: {
    method: 'post',
    path: '/ofrep/v1/evaluate/flags/{key}',
    summary: 'What a flag is for a person (OFREP)',
    caller,
    audit: { not: 'It asks, and changes nothing.' },
    parameters: { path: z.strictObject({ key: z.string() }) },
    body: evaluationRequest,
    answers: { 200: flag, 400: evaluationFailed, 404: evaluationFailed },
    problem: evaluationFailed,
    errors: [...errors, 'flag_not_found'],
  },
  evaluateFlags: {
    method: 'post',
    path: '/ofrep/v1/evaluate/flags',
    summary: 'What all flags are for a person (OFREP)',
    caller,
    audit: { not: 'It asks, and changes nothing.' },
    parameters: {},
    body: evaluationRequest,
    answers: { 200: flags, 304: null, 400: evaluationFailed },
    problem: evaluationFailed,
    errors,
    headers: ['If-None-Match'],
  },
} as const satisfies Record<string, OperationRow>
