import type { Database, Query } from './database/database.ts'

export type Webhook = {
  readonly id: string
  readonly url: string
  /** Null: all. */
  readonly types: readonly string[] | null
  readonly status: 'active' | 'failing' | 'disabled'
  readonly disabledReason: 'request' | 'gone' | null
  readonly createdAt: string
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const time = (parameter: string): string => `to_timestamp(${parameter}::double precision / 1000.0)`

const columns = `
  id::text as id, url, types, ${iso('created_at')} as "createdAt", disabled_reason as "disabledReason",
  case when disabled_at is not null then 'disabled' when probe_at is not null then 'failing' else 'active' end as status`

const insertStatement = {
  name: 'insert_webhook',
  text: `
    insert into webhook (id, url, types, secret, created_at)
    select $1::uuid, $2, $3::text[], $4, ${time('$5')} where (select count(*) from webhook) < $6::int
    returning id`,
}

/** Each happening may be delivered to all of them. */
export const mostWebhooks = 100

/** `types` null: of every type. It hears of what happens from now on. False when there are too many already. */
export const insertWebhook = async (
  query: Query,
  webhook: { id: string; url: string; types: readonly string[] | null; secret: string },
  now: number,
): Promise<boolean> => {
  const { id, url, types, secret } = webhook
  return (await query(insertStatement, [id, url, types, secret, now, mostWebhooks])).length === 1
}

const listStatement = {
  name: 'list_webhooks',
  text: `select ${columns} from webhook where id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') order by id limit $2::int`,
}

/** In order of their ids, those after `after`. */
export const listWebhooks = (query: Query, after: string | null, limit: number): Promise<Webhook[]> =>
  query<Webhook>(listStatement, [after, limit])

const readStatement = { name: 'read_webhook', text: `select ${columns} from webhook where id = $1::uuid` }

export const readWebhook = async (query: Query, id: string): Promise<Webhook | undefined> =>
  (await query<Webhook>(readStatement, [id]))[0]

// Enabling forgets what went before: whoever does it says that the receiver is well.
const updateStatement = {
  name: 'update_webhook',
  text: `
    update webhook set
      url = coalesce($2, url),
      types = case when $3::boolean then $4::text[] else types end,
      disabled_at = case when $5::boolean is null then disabled_at when not $5 then coalesce(disabled_at, ${time('$6')}) end,
      disabled_reason = case when $5 is null then disabled_reason when not $5 then coalesce(disabled_reason, 'request') end,
      failures = case when $5 then 0 else failures end,
      probe_at = case when $5 then null else probe_at end
    where id = $1::uuid
    returning id`,
}

/** Absent fields stay; `types` null means all. False when there is no such webhook. */
export const updateWebhook = async (
  query: Query,
  id: string,
  change: {
    url?: string | undefined
    types?: readonly string[] | null | undefined
    enabled?: boolean | undefined
  },
  now: number,
): Promise<boolean> => {
  const { url = null, types, enabled = null } = change
  return (
    (await query(updateStatement, [id, url, types !== undefined, types ?? null, enabled, now])).length === 1
  )
}

const rotateStatement = {
  name: 'rotate_webhook',
  text: `
    update webhook set previous_secret = secret, previous_secret_until = ${time('$3')}, secret = $2
    where id = $1::uuid
    returning id`,
}

/** The secret until now signs too until `until`. */
export const rotateWebhook = async (
  query: Query,
  id: string,
  secret: string,
  until: number,
): Promise<boolean> => (await query(rotateStatement, [id, secret, until])).length === 1

const lockWebhook = { name: 'lock_webhook', text: 'select id from webhook where id = $1::uuid for update' }
const lockQueues = {
  name: 'lock_queues_of_webhook',
  text: 'select person_id from delivery_queue where webhook_id = $1::uuid order by person_id for update',
}
const deleteStatement = { name: 'delete_webhook', text: 'delete from webhook where id = $1::uuid' }

/** With its log and all that was still to be delivered. */
export const deleteWebhook = (database: Database, id: string): Promise<boolean> =>
  database.transaction(async ({ query }) => {
    // Waits for a fan-out under way, so that the next statement sees its rows too.
    if ((await query(lockWebhook, [id])).length === 0) return false
    // In the order in which everybody locks them.
    await query(lockQueues, [id])
    await query(deleteStatement, [id])
    return true
  })

export type Signing = { readonly secret: string; readonly previousSecret: string | null }

const secretsStatement = {
  name: 'webhook_secrets',
  text: `
    select url, secret, case when previous_secret_until > ${time('$2')} then previous_secret end as "previousSecret"
    from webhook where id = $1::uuid`,
}

/** Where to send to, and what signs it now. */
export const readSigning = async (
  query: Query,
  id: string,
  now: number,
): Promise<(Signing & { readonly url: string }) | undefined> =>
  (await query<Signing & { url: string }>(secretsStatement, [id, now]))[0]
