import type { Query } from './database/database.ts'
import type { Cursor, Happened } from './happenings.ts'
import { happenedOf, happeningColumns, type HappenedRow } from './happenings.ts'
import type { Signing } from './webhooks.ts'

// Whoever changes several queues locks them in one order, so that nobody waits for somebody who waits for them.

const time = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000.0)`

const fanOutStatement = {
  name: 'fan_out',
  text: `
    with hook as materialized (
      select id, types from webhook where disabled_at is null order by id for key share
    ),
    most as materialized (select least($5::int, greatest(1, 5000 / greatest(1, count(*)))) as n from hook),
    page as materialized (
      select xid, seq, id, type, person_id from happening
      where (xid, seq) > ($3::text::xid8, $4::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
      order by xid, seq
      limit (select n from most)
    ),
    last as (select xid, seq from page order by xid desc, seq desc limit 1),
    moved as (
      update reader r set xid = last.xid, seq = last.seq from last
      where r.name = $1 and r.holder = $2 and (r.xid, r.seq) = ($3::text::xid8, $4::bigint)
      returning r.name
    ),
    added as (
      insert into delivery (webhook_id, person_id, xid, seq, happening_id, type, created_at)
      select hook.id, coalesce(page.person_id, 0), page.xid, page.seq, page.id, page.type, ${time('$6')}
      from page join hook on hook.types is null or page.type = any(hook.types)
      where exists (select from moved)
      order by page.xid, page.seq
      returning webhook_id, person_id
    ),
    queued as (
      insert into delivery_queue as q (webhook_id, person_id, waiting, next_at)
      select webhook_id, person_id, count(*), ${time('$6')} from added
      group by webhook_id, person_id
      order by webhook_id, person_id
      on conflict (webhook_id, person_id) do update
        set waiting = q.waiting + excluded.waiting, next_at = coalesce(q.next_at, excluded.next_at)
      returning 1
    )
    select last.xid::text as xid, last.seq, (select count(*) from page) = (select n from most) as full, (select count(*) from queued) as queued,
      exists (select from moved) as moved
    from last`,
}

export type FannedOut = {
  /** Where the reader stands now; undefined when it was lost to another process. */
  readonly to: Cursor | undefined
  /** There may be more. */
  readonly more: boolean
  /** Queues that got something. */
  readonly queued: number
}

/**
 * Makes a delivery of each of the next happenings for every webhook that wants it, and moves the reader, in one statement.
 * The more webhooks there are, the fewer happenings it takes, so that it ends in time.
 */
export const fanOut = async (
  query: Query,
  reader: { name: string; holder: string; from: Cursor },
  limit: number,
  now: number,
): Promise<FannedOut> => {
  const { name, holder, from } = reader
  const values = [name, holder, from.xid, from.seq, limit, now]
  type Row = { xid: string; seq: number; full: boolean; queued: number; moved: boolean }
  const [row] = await query<Row>(fanOutStatement, values)
  if (row === undefined) return { to: from, more: false, queued: 0 }
  if (!row.moved) return { to: undefined, more: false, queued: 0 }
  return { to: { xid: row.xid, seq: row.seq }, more: row.full, queued: row.queued }
}

/** A queue that this process may send from until its lease ends. Who claims it later has another token. */
export type Claim = {
  readonly webhookId: string
  readonly personId: number
  readonly token: string
  /** The receiver fails, and this one is to see whether it answers again. */
  readonly probing: boolean
  /** Of the webhook, before this. */
  readonly failures: number
}

// A queue is claimed by the database's clock, whatever the processes' clocks say; what is due goes by theirs.
const claimStatement = {
  name: 'claim_queues',
  text: `
    with ready as materialized (
      select w.id, w.failures, w.probe_at is not null as probing,
        case when w.probe_at is null then coalesce(b.most, $2::int) else 1 end - coalesce(b.used, 0) as room
      from webhook w left join unnest($5::uuid[], $6::int[], $7::int[]) as b (id, used, most) on b.id = w.id
      where w.disabled_at is null and (w.probe_at is null or w.probe_at <= ${time('$1')})
    ),
    due as materialized (
      select r.id, q.person_id, q.next_at
      from ready r cross join lateral (
        select q.person_id, q.next_at from delivery_queue q
        where r.room > 0 and q.webhook_id = r.id and q.next_at <= ${time('$1')}
          and (q.claimed_until is null or q.claimed_until < now())
        order by q.next_at
        limit greatest(r.room, 0)
        for update skip locked
      ) q
    ),
    fair as (
      select d.id, d.person_id, r.probing, r.failures,
        row_number() over (partition by d.id order by d.next_at) as n, r.room
      from due d join ready r on r.id = d.id
    ),
    picked as (select id, person_id, probing, failures from fair where n <= room order by n limit $3::int),
    probed as (
      update webhook w set probe_at = ${time('$1')} + interval '30 seconds'
      where w.id in (select id from picked where probing)
    )
    update delivery_queue q
    set claim = gen_random_uuid(), claimed_until = now() + $4::int * interval '1 millisecond'
    from picked
    where q.webhook_id = picked.id and q.person_id = picked.person_id
    returning q.webhook_id::text as "webhookId", q.person_id as "personId", q.claim::text as token, picked.probing, picked.failures`,
}

/** What a process has under way to one webhook, and how many it may have. */
export type Load = { readonly webhookId: string; readonly used: number; readonly most: number }

/** Claims queues that are due, those of one person never twice at once. */
export const claimQueues = (
  query: Query,
  wanted: {
    now: number
    /** At most so many of one webhook for which `loads` says nothing else, and so many in all. */
    perWebhook: number
    free: number
    leaseMs: number
    loads: readonly Load[]
  },
): Promise<Claim[]> => {
  const { now, perWebhook, free, leaseMs, loads } = wanted
  return query<Claim>(claimStatement, [
    now,
    perWebhook,
    free,
    leaseMs,
    loads.map(({ webhookId }) => webhookId),
    loads.map(({ used }) => used),
    loads.map(({ most }) => most),
  ])
}

/** What is to be sent. */
export type Head = Signing & {
  readonly claim: Claim
  readonly deliveryId: string
  readonly url: string
  readonly attempts: number
  /** Undefined when it was erased meanwhile. */
  readonly happened: Happened | undefined
}

// A statement of its own, after the claim: only then does it see what those did who held the queue before.
const headsStatement = {
  name: 'queue_heads',
  text: `
    select c.n::int as n, d.id::text as "deliveryId", d.attempts, w.url, w.secret,
      case when w.previous_secret_until > ${time('$3')} then w.previous_secret end as "previousSecret", ${happeningColumns}
    from unnest($1::uuid[], $2::bigint[]) with ordinality as c (webhook_id, person_id, n)
    join webhook w on w.id = c.webhook_id
    cross join lateral (
      select id, attempts, xid, seq from delivery
      where webhook_id = c.webhook_id and person_id = c.person_id and status = 'pending'
      order by id
      limit 1
    ) d
    left join happening h on h.xid = d.xid and h.seq = d.seq
    left join person p on p.id = h.person_id`,
}

/** The first delivery of each claimed queue. */
export const readHeads = async (query: Query, claims: readonly Claim[], now: number): Promise<Head[]> => {
  type Row = Omit<Head, 'claim' | 'happened'> & { n: number } & HappenedRow
  const rows = await query<Row>(headsStatement, [
    claims.map(({ webhookId }) => webhookId),
    claims.map(({ personId }) => personId),
    now,
  ])
  return rows.flatMap(({ n, deliveryId, attempts, url, secret, previousSecret, ...row }) => {
    const claim = claims[n - 1]
    if (claim === undefined) return []
    const happened = row.id === null ? undefined : happenedOf(row)
    return [{ claim, deliveryId, attempts, url, secret, previousSecret, happened }]
  })
}

const renewStatement = {
  name: 'renew_claims',
  text: `
    with held as materialized (
      select q.webhook_id, q.person_id
      from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as c (webhook_id, person_id, claim)
      join delivery_queue q on q.webhook_id = c.webhook_id and q.person_id = c.person_id and q.claim = c.claim
      order by q.webhook_id, q.person_id
      for update of q
    )
    update delivery_queue q set claimed_until = now() + $4::int * interval '1 millisecond'
    from held where q.webhook_id = held.webhook_id and q.person_id = held.person_id`,
}

/** Keeps what is still ours for another `leaseMs`. */
export const renewClaims = async (query: Query, claims: readonly Claim[], leaseMs: number): Promise<void> => {
  await query(renewStatement, [
    claims.map(({ webhookId }) => webhookId),
    claims.map(({ personId }) => personId),
    claims.map(({ token }) => token),
    leaseMs,
  ])
}

/** What became of a claimed delivery. `untried`: nothing was sent, another may. */
export type Settled = {
  readonly claim: Claim
  readonly deliveryId: string
  readonly outcome: 'delivered' | 'failed' | 'again' | 'untried'
  /** Milliseconds since 1970: for `again` and `untried`. */
  readonly nextAt: number | null
  readonly status: number | null
  readonly error: string | null
  readonly durationMs: number | null
}

const settleStatement = {
  name: 'settle_deliveries',
  text: `
    with result as (
      select * from json_to_recordset($1::json) as x (webhook_id uuid, person_id bigint, claim uuid, delivery_id bigint,
        outcome text, next_at double precision, status int, error text, duration_ms int)
    ),
    held as materialized (
      select r.*, q.waiting, r.outcome in ('delivered', 'failed') as ended
      from result r join delivery_queue q
        on q.webhook_id = r.webhook_id and q.person_id = r.person_id and q.claim = r.claim
      order by q.webhook_id, q.person_id
      for update of q
    ),
    freed as (
      update delivery_queue q set claim = null, claimed_until = null,
        waiting = q.waiting - h.ended::int,
        next_at = case when not h.ended then ${time('h.next_at')} when q.waiting > 1 then ${time('$2')} end
      from held h where q.webhook_id = h.webhook_id and q.person_id = h.person_id
    ),
    written as (
      update delivery d set
        status = case when h.ended then h.outcome else 'pending' end, attempts = d.attempts + 1,
        last_status = h.status, last_error = h.error, duration_ms = h.duration_ms,
        next_at = ${time('h.next_at')}, ended_at = case when h.ended then ${time('$2')} end
      from held h where d.id = h.delivery_id and h.outcome <> 'untried'
    )
    select delivery_id::text as id from held`,
}

/** Writes down what became of deliveries and gives their queues back; answers those that were still this claim's own. */
export const settleDeliveries = async (
  query: Query,
  settled: readonly Settled[],
  now: number,
): Promise<Set<string>> => {
  const rows = settled.map(({ claim, deliveryId, outcome, nextAt, status, error, durationMs }) => ({
    webhook_id: claim.webhookId,
    person_id: claim.personId,
    claim: claim.token,
    delivery_id: deliveryId,
    outcome,
    next_at: nextAt,
    status,
    error,
    duration_ms: durationMs,
  }))
  const own = await query<{ id: string }>(settleStatement, [JSON.stringify(rows), now])
  return new Set(own.map(({ id }) => id))
}
