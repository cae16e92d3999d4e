import type { Query } from '../database/database.ts'

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

export type Alert = {
  readonly id: string
  readonly flow: string
  readonly rule: string
  readonly incident: string | null
  readonly severity: 'warning' | 'critical'
  readonly message: string
  readonly firingSince: string
  readonly clearedAt: string | null
  readonly lastToldAt: string | null
}

const columns = `
  id::text as id, flow, rule, incident::text as incident, severity, message, ${iso('firing_since')} as "firingSince",
  ${iso('cleared_at')} as "clearedAt", ${iso('last_told_at')} as "lastToldAt"`

const insertStatement = {
  name: 'insert_alert',
  text: `
    insert into alert (id, flow, rule, incident, severity, message, firing_since)
    values ($1::uuid, $2, $3, $4::uuid, $5, $6, clock_timestamp())
    on conflict do nothing
    returning id`,
}

export type NewAlert = Pick<Alert, 'id' | 'flow' | 'rule' | 'incident' | 'severity' | 'message'>

/** False: it is firing already. */
export const insertAlert = async (query: Query, alert: NewAlert): Promise<boolean> => {
  const { id, flow, rule, incident, severity, message } = alert
  return (await query(insertStatement, [id, flow, rule, incident, severity, message])).length === 1
}

const clearStatement = {
  name: 'clear_alert',
  text: `
    update alert set cleared_at = clock_timestamp()
    where flow = $1 and rule = $2 and cleared_at is null and incident is null
    returning ${columns}`,
}

/** The one that was firing, if one was. */
export const clearAlert = async (query: Query, flow: string, rule: string): Promise<Alert | undefined> =>
  (await query<Alert>(clearStatement, [flow, rule]))[0]

const clearOfStatement = {
  name: 'clear_alert_of_incident',
  text: `update alert set cleared_at = clock_timestamp() where incident = $1::uuid and cleared_at is null returning ${columns}`,
}

export const clearAlertOf = async (query: Query, incident: string): Promise<Alert | undefined> =>
  (await query<Alert>(clearOfStatement, [incident]))[0]

const listStatement = {
  name: 'list_alerts',
  text: `
    select ${columns} from alert
    where ($1::text is null or flow = $1) and ($2::boolean is null or (cleared_at is null) = $2)
      and ($3::uuid is null or (firing_since, id) < (select a.firing_since, a.id from alert a where a.id = $3::uuid))
    order by alert.firing_since desc, alert.id desc
    limit $4::int`,
}

export type AlertsAsked = {
  readonly flow?: string | undefined
  readonly firing?: boolean | undefined
  readonly before?: string | undefined
}

/** Newest first, those before the alert `before`. */
export const listAlerts = (
  query: Query,
  { flow, firing, before }: AlertsAsked,
  limit: number,
): Promise<Alert[]> => query<Alert>(listStatement, [flow ?? null, firing ?? null, before ?? null, limit])

const untoldStatement = {
  name: 'untold_alerts',
  text: `
    select ${columns} from alert
    where flow = $1 and cleared_at is null and not exists (select from alert_message m where m.alert_id = alert.id)
    order by alert.firing_since`,
}

/** Those that fire, and that nobody was asked to be told of yet. */
export const untoldAlerts = (query: Query, flow: string): Promise<Alert[]> =>
  query<Alert>(untoldStatement, [flow])

const queueStatement = {
  name: 'queue_alert_message',
  text: `
    insert into alert_message (id, alert_id, flow, receiver, body, next_at)
    select gen_random_uuid(), $1::uuid, $2, receiver, $4::jsonb, clock_timestamp() from unnest($3::text[]) as receiver`,
}

/** For each of the receivers. */
export const queueMessages = async (
  query: Query,
  alertId: string,
  flow: string,
  receivers: readonly string[],
  body: MessageBody,
): Promise<void> => {
  if (receivers.length > 0) await query(queueStatement, [alertId, flow, receivers, JSON.stringify(body)])
}

/** What receivers are sent, by name. */
export type MessageBody = { readonly [name: string]: string | null }

export type DueMessage = {
  readonly id: string
  readonly flow: string
  readonly receiver: string
  readonly body: MessageBody
  readonly attempts: number
}

const dueStatement = {
  name: 'due_alert_messages',
  text: `
    select id::text as id, flow, receiver, body, attempts from alert_message m
    where next_at <= clock_timestamp() and not (
      m.body ->> 'type' = 'alert.cleared' and exists (
        select from alert_message f
        where f.alert_id = m.alert_id and f.receiver = m.receiver and f.id <> m.id and f.next_at is not null
      )
    )
    order by next_at
    limit $1::int`,
}

/** That an alert is over waits for the word that it fires. */
export const dueMessages = (query: Query, limit: number): Promise<DueMessage[]> =>
  query<DueMessage>(dueStatement, [limit])

const toldStatement = {
  name: 'alert_message_told',
  text: `
    with told as (
      update alert_message set told_at = clock_timestamp(), next_at = null, attempts = attempts + 1, last_error = null
      where id = $1::uuid returning alert_id
    )
    update alert set last_told_at = clock_timestamp() from told where alert.id = told.alert_id`,
}
const failedStatement = {
  name: 'alert_message_failed',
  text: `
    update alert_message set attempts = attempts + 1, last_error = $2,
      next_at = clock_timestamp() + $3::double precision * interval '1 millisecond'
    where id = $1::uuid`,
}

export const messageTold = async (query: Query, id: string): Promise<void> => {
  await query(toldStatement, [id])
}

/** `waitMs` null: not tried again. */
export const messageFailed = async (
  query: Query,
  id: string,
  error: string,
  waitMs: number | null,
): Promise<void> => {
  await query(failedStatement, [id, error, waitMs])
}
