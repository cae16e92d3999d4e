import type { Database, Query } from '../database/database.ts'

const time = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000.0)`

/** Deletes at most `limit` rows of before the moment `before` (milliseconds since 1970), and answers how many. */
export type Purge = (query: Query, before: number, limit: number) => Promise<number>

const purging = (name: string, rows: string): Purge => {
  const [table = ''] = rows.split(' ')
  const text = `
    with gone as (
      delete from ${table} where ctid = any (array(select ctid from ${rows} limit $2::int)) returning 1
    )
    select count(*)::int as n from gone where $1::double precision is not null`
  const statement = { name: `purge_${name}`, text }
  return async (query, before, limit) => (await query<{ n: number }>(statement, [before, limit]))[0]?.n ?? 0
}

export const purgeSavedAnswers = purging('saved_answers', `idempotency_key where created_at < ${time('$1')}`)

/** Records that nobody took. */
export const purgeDeadLetters = purging('dead_letters', `dead_letter where at < ${time('$1')}`)

/** How many requests each minute had. */
export const purgeRequests = purging('requests', `request_count where minute < ${time('$1')}`)

/** Which writes of counted checks of gates came through, of processes that are gone. */
export const purgeCheckWrites = purging('check_writes', `check_write where at < ${time('$1')}`)

/** Those that are over, with what receivers were sent. Incidents stay. */
export const purgeAlerts = purging('alerts', `alert where cleared_at < ${time('$1')}`)

/** Who was erased: from then on an older backup, or an event that old, brings them back. */
export const purgeErasures = purging('erasures', `erasure where erased_at < ${time('$1')}`)

/** The list without a key, a day after the list with one was made. `before` is the moment of now. */
export const purgeErasuresWithoutKey = purging(
  'erasures_without_key',
  `erased_person where exists (
    select from migration where name = 'privacy' and applied_at < ${time('$1')} - interval '1 day')`,
)

/** The log: deliveries that ended. */
const ended = purging(
  'deliveries',
  `delivery where status <> 'pending' and created_at < ${time('$1')} and ended_at < ${time('$1')}`,
)

// A person who is erased takes their queues along; a delivery made at that moment may be left behind.
const orphans = purging(
  'orphans',
  `delivery d where d.status = 'pending' and not exists (
    select from delivery_queue q where q.webhook_id = d.webhook_id and q.person_id = d.person_id)`,
)
const queues = purging('queues', 'delivery_queue where waiting = 0')

const unwantedStatement = {
  name: 'purge_unwanted',
  text: `
    with held as materialized (
      select q.webhook_id, q.person_id from delivery_queue q join webhook w on w.id = q.webhook_id
      where w.disabled_at < ${time('$1')} and exists (
        select from delivery d
        where d.webhook_id = q.webhook_id and d.person_id = q.person_id and d.status = 'pending' and d.created_at < ${time('$1')})
      order by q.webhook_id, q.person_id
      limit $2::int
      for update of q
    ),
    gone as (
      delete from delivery d using held
      where d.webhook_id = held.webhook_id and d.person_id = held.person_id and d.status = 'pending'
        and d.created_at < ${time('$1')}
      returning d.webhook_id, d.person_id
    ),
    counted as (select webhook_id, person_id, count(*) as n from gone group by webhook_id, person_id),
    queued as (
      update delivery_queue q set waiting = q.waiting - c.n, next_at = case when q.waiting > c.n then q.next_at end
      from counted c where q.webhook_id = c.webhook_id and q.person_id = c.person_id
    )
    select count(*)::int as n from held`,
}

/** Of queues of webhooks disabled since then, what they never took. */
const unwanted: Purge = async (query, before, limit) =>
  (await query<{ n: number }>(unwantedStatement, [before, limit]))[0]?.n ?? 0

/** Deliveries that ended, those that a webhook disabled since then never took, and what is left of queues. */
export const deliveryPurges: readonly Purge[] = [ended, unwanted, orphans, queues]

const lockStatement = {
  name: 'lock_retention',
  text: 'select pg_try_advisory_xact_lock(5, hashtext(current_schema())) as held',
}

/** One batch in a transaction of its own; undefined while another process is at it. */
export const purgeBatch = (
  database: Database,
  purge: Purge,
  before: number,
  limit: number,
): Promise<number | undefined> =>
  database.transaction(async ({ query }) => {
    const [lock] = await query<{ held: boolean }>(lockStatement)
    return lock?.held ? purge(query, before, limit) : undefined
  })
