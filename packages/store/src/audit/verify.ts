import type { Query } from '../database/database.ts'
import { hashOfEntry } from './append.ts'

export type AuditEnd = { readonly seq: number; readonly hash: string }

export type Broken = 'changed' | 'missing' | 'unlinked' | 'beyond_head' | 'anchor'

export type Verification = {
  readonly entries: number
  readonly head: AuditEnd
  readonly purgedTo: number | null
  /** The first that is not as it was, and how. */
  readonly broken: { readonly seq: number; readonly how: Broken } | null
}

const endStatement = {
  name: 'audit_end',
  text: `
    select h.seq, encode(h.hash, 'hex') as hash, (select max(seq) from audit_entry) as last,
      (select max(purged_to) from audit_entry) as "purgedTo"
    from audit_head h`,
}

type End = AuditEnd & { readonly last: number | null; readonly purgedTo: number | null }

const end = async (query: Query): Promise<End> =>
  (await query<End>(endStatement))[0] ?? { seq: 0, hash: '', last: null, purgedTo: null }

/** The last entry there is. */
export const auditHead = async (query: Query): Promise<AuditEnd> => {
  const { seq, hash } = await end(query)
  return { seq, hash }
}

const pageLength = 5_000

const pageStatement = {
  name: 'audit_page',
  text: `
    select seq, encode(previous, 'hex') as previous, encode(hash, 'hex') as hash, hash = ${hashOfEntry} as sound
    from audit_entry
    where seq > $1::bigint and seq <= $2::bigint
    order by seq
    limit ${pageLength}`,
}

type Link = {
  readonly seq: number
  readonly previous: string
  readonly hash: string
  readonly sound: boolean
}

const flaw = (link: Link, before: AuditEnd | undefined): Broken | undefined => {
  if (before !== undefined && link.previous !== before.hash) return 'unlinked'
  return link.sound ? undefined : 'changed'
}

/** Follows the chain from its beginning, or from where older entries were purged, to the head. `anchor`: an entry as somebody outside knows it. */
export const verifyAudit = async (query: Query, anchor?: AuditEnd): Promise<Verification> => {
  const { last, purgedTo: purged, ...head } = await end(query)
  let purgedTo = purged
  let before: AuditEnd | undefined
  let entries = 0
  let isAnchored = anchor === undefined
  const answer = (broken: Verification['broken']): Verification => ({ entries, head, purgedTo, broken })
  for (;;) {
    const page = await query<Link>(pageStatement, [before?.seq ?? 0, head.seq])
    for (const link of page) {
      const next = (before?.seq ?? 0) + 1
      if (link.seq !== next) {
        // Old ones may have been purged while this was reading.
        purgedTo = (await end(query)).purgedTo
        if (link.seq > Math.max(next, (purgedTo ?? 0) + 1)) return answer({ seq: next, how: 'missing' })
        before = undefined
      }
      const how = flaw(link, before)
      if (how !== undefined) return answer({ seq: link.seq, how })
      if (anchor?.seq === link.seq && anchor.hash !== link.hash)
        return answer({ seq: link.seq, how: 'anchor' })
      isAnchored ||= anchor?.seq === link.seq
      before = link
      entries += 1
    }
    if (page.length < pageLength) break
  }
  if ((before?.seq ?? 0) < head.seq) return answer({ seq: (before?.seq ?? 0) + 1, how: 'missing' })
  if (last !== null && last > head.seq) return answer({ seq: head.seq + 1, how: 'beyond_head' })
  if (before !== undefined && before.hash !== head.hash) return answer({ seq: head.seq, how: 'unlinked' })
  if (anchor !== undefined && anchor.seq > head.seq) return answer({ seq: head.seq + 1, how: 'missing' })
  // Also an entry that was purged: that it was too old is only what the log says.
  if (anchor !== undefined && !isAnchored) return answer({ seq: anchor.seq, how: 'missing' })
  return answer(head.hash === '' ? { seq: 1, how: 'missing' } : null)
}
