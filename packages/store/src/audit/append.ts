import type { Query } from '../database/database.ts'

export type AuditOutcome = 'begun' | 'done' | 'refused' | 'failed'

/** What is written down. No texts of people's own, no values, and nobody by name. */
export type AuditEntry = {
  readonly actor: string
  readonly action: string
  readonly target?: { readonly kind: string; readonly id?: string | undefined } | undefined
  /** Whom it is done to; the log gets the random id of theirs. Somebody who is not known gets none. */
  readonly userId?: string | undefined
  /** The same, where the id is known already. */
  readonly subject?: string | null | undefined
  readonly outcome: AuditOutcome
  readonly status?: number | undefined
  /** The entry that said that it begins. */
  readonly begun?: number | undefined
  readonly purgedTo?: number | undefined
  readonly correlationId?: string | undefined
}

export type Appended = { readonly seq: number; readonly subject: string | null }

const fields = [
  `encode(previous, 'hex')`,
  'seq::text',
  'id::text',
  `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`,
  'actor',
  'action',
  'target_kind',
  'target_id',
  'subject::text',
  'outcome',
  'status::text',
  'begun::text',
  'purged_to::text',
  'correlation_id',
]

// With its length before it, no field can be read as part of another.
const measured = (field: string): string => `coalesce(octet_length(${field}) || ':' || ${field}, '-')`

/** What the hash of an entry is, by its columns: in writing and in checking. */
export const hashOfEntry = `sha256(convert_to(${fields.map(measured).join(' || ')}, 'UTF8'))`

// One statement, so that the head is locked no longer than its commit takes. The person is locked before it, as whoever
// erases them does it, and only the lock makes the head the newest: the time is read after it.
const appendStatement = {
  name: 'append_audit_entry',
  text: `
    with known as materialized (
      select id from person where user_id = $5 for key share
    ),
    mapped as (
      insert into audit_subject as s (person_id, subject)
      select id, gen_random_uuid() from known
      on conflict (person_id) do update set subject = s.subject
      returning subject
    ),
    whom as materialized (
      select coalesce($6::uuid, (select subject from mapped)) as subject
    ),
    head as materialized (
      select h.seq, h.hash, whom.subject from audit_head h, whom for update of h
    ),
    entry as materialized (
      select seq + 1 as seq, gen_random_uuid() as id, clock_timestamp() as at, $1::text as actor, $2::text as action,
        $3::text as target_kind, $4::text as target_id, subject, $7::text as outcome, $8::int as status,
        $9::bigint as begun, $10::bigint as purged_to, $11::text as correlation_id, hash as previous
      from head
    ),
    added as (
      insert into audit_entry (seq, id, at, actor, action, target_kind, target_id, subject, outcome, status, begun,
        purged_to, correlation_id, previous, hash)
      select *, ${hashOfEntry} from entry
      returning seq, hash, subject
    )
    update audit_head h set seq = added.seq, hash = added.hash
    from added
    returning added.seq, added.subject`,
}

/** Adds what is done without a request, in the transaction in which it is: at its end, because all others wait for it then. */
export const appendAuditOf = async (
  query: Query,
  action: string,
  target: { readonly kind: string; readonly id: string },
  more: Pick<AuditEntry, 'correlationId'> & { readonly actor?: string } = {},
): Promise<void> => {
  await appendAudit(query, { actor: 'system', action, target, outcome: 'done', ...more })
}

/** Adds an entry to the end of the chain; within a transaction, all others wait for the end of it. */
export const appendAudit = async (query: Query, entry: AuditEntry): Promise<Appended> => {
  const [added] = await query<Appended>(appendStatement, [
    entry.actor,
    entry.action,
    entry.target?.kind ?? null,
    entry.target?.id ?? null,
    entry.userId ?? null,
    entry.subject ?? null,
    entry.outcome,
    entry.status ?? null,
    entry.begun ?? null,
    entry.purgedTo ?? null,
    entry.correlationId ?? null,
  ])
  if (added === undefined) throw new Error('The audit log has lost its head')
  return added
}
