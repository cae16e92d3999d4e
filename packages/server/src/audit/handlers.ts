import { problemAt } from '@boardwalk/contract'
import { listAudit, verifyAudit, type AuditEnd, type Audited, type Query } from '@boardwalk/store'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { known } from '../http/known.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'

type Served = Pick<Handlers, 'listAudit' | 'verifyAudit'>

const present = ({ targetKind, targetId, ...entry }: Audited) =>
  known({ ...entry, target: targetKind === null ? null : known({ kind: targetKind, id: targetId }) })

const anchorOf = (seq: number | undefined, hash: string | undefined): AuditEnd | undefined => {
  if (seq !== undefined && hash !== undefined) return { seq, hash }
  if (seq === undefined && hash === undefined) return undefined
  const [given, missing] = seq === undefined ? [{ hash }, 'seq'] : [{ seq }, 'hash']
  const problem = problemAt(given, [missing], 'both "seq" and "hash", or neither')
  throw new Failure('invalid_request', `The query does not fit. ${problem.message}`, { problems: [problem] })
}

export const auditHandlers = (query: Query): Served => ({
  listAudit: async ({ query: { limit, cursor, action, actor, userId, since, until } }) => {
    const before = positionAfter(cursor, /^[1-9]\d{0,14}$/)
    const filter = {
      action: action ?? null,
      actor: actor ?? null,
      userId: userId ?? null,
      since: since ?? null,
      until: until ?? null,
    }
    const rows = await listAudit(query, filter, before === undefined ? undefined : Number(before), limit + 1)
    const page = pageOf(rows, limit, ({ seq }) => String(seq))
    return { status: 200, body: { ...page, items: page.items.map(present) } }
  },
  verifyAudit: async ({ query: { seq, hash } }) => {
    const { broken, ...verified } = await verifyAudit(query, anchorOf(seq, hash))
    return { status: 200, body: known({ ok: broken === null, ...verified, broken }) }
  },
})
