import type { Query } from '../database/database.ts'

/** Something that was done, and what became of it. */
export type Audited = {
  readonly seq: number
  readonly id: string
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly targetKind: string | null
  readonly targetId: string | null
  readonly subject: string | null
  readonly outcome: 'done' | 'refused' | 'failed' | 'unknown'
  readonly status: number | null
  readonly correlationId: string | null
  readonly hash: string
}

/** Whom, what and when; `null`: any. */
export type AuditFilter = {
  readonly action: string | null
  readonly actor: string | null
  readonly userId: string | null
  readonly since: string | null
  readonly until: string | null
}

const listStatement = {
  name: 'list_audit',
  text: `
    select e.seq, e.id::text as id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, e.actor,
      e.action, e.target_kind as "targetKind", coalesce(ended.target_id, e.target_id) as "targetId",
      e.subject::text as subject, coalesce(ended.outcome, nullif(e.outcome, 'begun'), 'unknown') as outcome,
      coalesce(ended.status, e.status) as status, e.correlation_id as "correlationId", encode(e.hash, 'hex') as hash
    from audit_entry e
    left join lateral (
      select o.outcome, o.status, o.target_id from audit_entry o where o.begun = e.seq order by o.seq limit 1
    ) ended on true
    where e.begun is null
      and ($1::bigint is null or e.seq < $1::bigint)
      and ($3::text is null or e.action = $3)
      and ($4::text is null or e.actor = $4)
      and ($5::text is null or e.subject = (
        select s.subject from audit_subject s join person p on p.id = s.person_id where p.user_id = $5))
      and ($6::timestamptz is null or e.at >= $6::timestamptz)
      and ($7::timestamptz is null or e.at < $7::timestamptz)
    order by e.seq desc
    limit $2::int`,
}

/** Newest first, those before the one at `before`. */
export const listAudit = (
  query: Query,
  { action, actor, userId, since, until }: AuditFilter,
  before: number | undefined,
  limit: number,
): Promise<Audited[]> =>
  query<Audited>(listStatement, [before ?? null, limit, action, actor, userId, since, until])
