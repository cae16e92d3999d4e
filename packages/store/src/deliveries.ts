import { appendAuditOf } from './audit/append.ts'
import type { Database, Query } from './database/database.ts'

/** A row of the log. */
export type Delivery = {
  readonly id: string
  readonly happeningId: string
  readonly type: string
  readonly userId: string | null
  readonly status: 'pending' | 'delivered' | 'failed'
  readonly attempts: number
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly durationMs: number | null
  readonly createdAt: string
  readonly nextAt: string | null
  readonly endedAt: string | null
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const time = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000.0)`

const listStatement = {
  name: 'list_deliveries',
  text: `
    select d.id::text as id, d.happening_id::text as "happeningId", d.type, p.user_id as "userId", d.status, d.attempts,
      d.last_status as "lastStatus", d.last_error as "lastError", d.duration_ms as "durationMs",
      ${iso('d.created_at')} as "createdAt", ${iso('d.next_at')} as "nextAt", ${iso('d.ended_at')} as "endedAt"
    from delivery d left join person p on p.id = d.person_id
    where d.webhook_id = $1::uuid and d.id < $2::bigint and ($3::text is null or d.status = $3)
    order by d.id desc
    limit $4::int`,
}

/** A webhook's deliveries, the newest first, those before `before`. */
export const listDeliveries = (
  query: Query,
  asked: { webhookId: string; before: string; status: Delivery['status'] | null; limit: number },
): Promise<Delivery[]> =>
  query<Delivery>(listStatement, [asked.webhookId, asked.before, asked.status, asked.limit])

const findStatement = {
  name: 'find_delivery',
  text: 'select person_id as "personId" from delivery where webhook_id = $1::uuid and id = $2::bigint',
}
const lockQueue = {
  name: 'lock_queue',
  text: `
    insert into delivery_queue as q (webhook_id, person_id, waiting) values ($1::uuid, $2::bigint, 0)
    on conflict (webhook_id, person_id) do update set waiting = q.waiting`,
}
const resendStatement = {
  name: 'resend_delivery',
  text: `
    with before as (
      select status from delivery where id = $2::bigint
    ),
    again as (
      update delivery set status = 'pending', attempts = 0, next_at = null, ended_at = null
      where webhook_id = $1::uuid and id = $2::bigint returning webhook_id, person_id
    ),
    due as (
      update delivery_queue q set next_at = ${time('$3')}, waiting = q.waiting + (select (status <> 'pending')::int from before)
      from again where q.webhook_id = again.webhook_id and q.person_id = again.person_id
    )
    update webhook w set probe_at = ${time('$3')} from again where w.id = again.webhook_id and w.probe_at > ${time('$3')}`,
}

/** Sends it once more, with all its tries, before what waits behind it. False when there is no such delivery. */
export const resendDelivery = (
  database: Database,
  webhookId: string,
  deliveryId: string,
  now: number,
): Promise<boolean> =>
  database.transaction(async ({ query }) => {
    const [found] = await query<{ personId: number }>(findStatement, [webhookId, deliveryId])
    if (found === undefined) return false
    // The queue is locked by a statement of its own, so that the next one sees what its holder wrote.
    await query(lockQueue, [webhookId, found.personId])
    await query(resendStatement, [webhookId, deliveryId, now])
    return true
  })

const failedStatement = {
  name: 'webhook_failed',
  text: `
    update webhook set failures = failures + 1,
      probe_at = case when $2::boolean or $4::boolean or failures + 1 >= $5::int then ${time('$3')} end
    where id = $1::uuid and ($2 or probe_at is null)`,
}

/** A first try or a probe failed. From `enough` failures on, or when the receiver named a time, only probes go out, the next at `probeAt`. */
export const noteFailure = async (
  query: Query,
  webhookId: string,
  noted: { probing: boolean; probeAt: number; timeNamed: boolean; enough: number },
): Promise<void> => {
  await query(failedStatement, [webhookId, noted.probing, noted.probeAt, noted.timeNamed, noted.enough])
}

const answeredStatement = {
  name: 'webhook_answered',
  text: `
    with before as materialized (
      select id, probe_at is not null as failing from webhook
      where id = $1::uuid and ($2::boolean or probe_at is null)
      for update
    ),
    well as (
      update webhook w set failures = 0, probe_at = null from before b where w.id = b.id
      returning w.id, b.failing
    ),
    held as materialized (
      select q.webhook_id, q.person_id from delivery_queue q join well on well.failing and well.id = q.webhook_id
      where q.next_at > ${time('$3')}
      order by q.webhook_id, q.person_id
      for update of q
    )
    update delivery_queue q set next_at = ${time('$3')}
    from held where q.webhook_id = held.webhook_id and q.person_id = held.person_id and q.next_at is not null`,
}

/**
 * A receiver answers. Where it was failing, what waits for it is due at once; else what it refuses of one person keeps
 * its own times, however well it takes the others.
 */
export const noteAnswer = async (
  query: Query,
  webhookId: string,
  probing: boolean,
  now: number,
): Promise<void> => {
  await query(answeredStatement, [webhookId, probing, now])
}

const goneStatement = {
  name: 'webhook_gone',
  text: `
    update webhook set disabled_at = ${time('$2')}, disabled_reason = 'gone'
    where id = $1::uuid and disabled_at is null
    returning id`,
}

/** The receiver says that it wants no more. */
export const disableGone = (database: Database, webhookId: string, now: number): Promise<void> =>
  database.transaction(async ({ query }) => {
    const disabled = await query(goneStatement, [webhookId, now])
    if (disabled.length > 0) await appendAuditOf(query, 'webhookGone', { kind: 'webhook', id: webhookId })
  })

const waitingStatement = {
  name: 'waiting_deliveries',
  text: `
    select count(*)::int as count, (extract(epoch from min(created_at)) * 1000)::double precision as "oldestAt"
    from delivery d where status = 'pending'
      and not exists (select from webhook w where w.id = d.webhook_id and w.disabled_at is not null)`,
}

/** How many deliveries wait for webhooks that are not disabled, and since when the oldest does, in milliseconds since 1970. */
export const waitingDeliveries = async (
  query: Query,
): Promise<{ readonly count: number; readonly oldestAt: number | null }> =>
  (await query<{ count: number; oldestAt: number | null }>(waitingStatement))[0] ?? {
    count: 0,
    oldestAt: null,
  }
