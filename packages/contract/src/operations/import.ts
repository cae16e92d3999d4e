import { importResults, peopleImported } from '../import.ts'
import type { OperationRow } from '../operation.ts'

export const importOperations = {
  importPeople: {
    method: 'post',
    path: '/api/admin/import',
    summary: 'Take over what people did in another onboarding; answered person by person, repeatable',
    caller: { kind: 'server', scope: 'people:write' },
    audit: { target: 'people' },
    parameters: {},
    body: peopleImported,
    answers: { 200: importResults },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
