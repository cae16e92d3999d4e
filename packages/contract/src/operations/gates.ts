import { gateAllowed, gateBlocked, gateCheck, gateList } from '../gates.ts'
import type { OperationRow } from '../operation.ts'

export const gateOperations = {
  checkGate: {
    method: 'post',
    path: '/api/gates/check',
    summary: 'Ask whether a person may pass',
    caller: { kind: 'server', scope: 'gates:check' },
    audit: { not: 'It asks; what is stopped is told by a happening.' },
    parameters: {},
    body: gateCheck,
    answers: { 200: gateAllowed, 409: gateBlocked },
    errors: [
      'PRECONDITION_REQUIRED',
      'person_erased',
      'unknown_step',
      'unknown_gate',
      'flow_not_found',
      'conflict',
    ],
    headers: ['Accept-Language'],
  },
  listGates: {
    method: 'get',
    path: '/api/gates',
    summary: 'The gates and steps that a check may ask for',
    caller: { kind: 'server', scope: 'gates:check' },
    parameters: {},
    answers: { 200: gateList },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
