import { anchorQuery, auditList, auditQuery, auditVerified } from '../audit.ts'
import type { OperationRow } from '../operation.ts'

const caller = { kind: 'server', scope: 'audit:read' } as const

export const auditOperations = {
  listAudit: {
    method: 'get',
    path: '/api/admin/audit',
    summary: 'Who changed what, newest first',
    caller,
    parameters: { query: auditQuery },
    answers: { 200: auditList },
    errors: [],
  },
  verifyAudit: {
    method: 'get',
    path: '/api/admin/audit/verify',
    summary: 'Whether the audit log is whole: nothing of it removed, changed, put in or moved',
    caller,
    parameters: { query: anchorQuery },
    answers: { 200: auditVerified },
    errors: [],
  },
} as const satisfies Record<string, OperationRow>
