import type { Finding, OpenIncident, Standing } from '@boardwalk/engine/health'
import type { Query } from '../database/database.ts'

export type RuleKind = 'alert' | 'rollback'

export type RuleState = {
  readonly kind: RuleKind
  readonly rule: string
  readonly standing: Standing
}

type Row = { kind: RuleKind; rule: string; bad: number; good: number; firing: boolean }

const readStatement = {
  name: 'read_health_rules',
  text: `
    select kind, rule, bad, good, firing_since is not null as firing
    from health_rule where flow = $1`,
}

export const readRules = async (query: Query, flow: string): Promise<RuleState[]> =>
  (await query<Row>(readStatement, [flow])).map(({ kind, rule, ...standing }) => ({ kind, rule, standing }))

const writeStatement = {
  name: 'write_health_rule',
  text: `
    insert into health_rule as r (flow, kind, rule, bad, good, firing_since, finding, checked_at)
    values ($1, $2, $3, $4, $5, case when $6::boolean then clock_timestamp() end, $7::jsonb, clock_timestamp())
    on conflict (flow, kind, rule) do update set bad = excluded.bad, good = excluded.good,
      firing_since = case when $6::boolean then coalesce(r.firing_since, excluded.firing_since) end,
      finding = excluded.finding, checked_at = excluded.checked_at`,
}

export const writeRule = async (
  query: Query,
  flow: string,
  { kind, rule, standing }: RuleState,
  finding: Finding,
): Promise<void> => {
  const { bad, good, firing } = standing
  await query(writeStatement, [flow, kind, rule, bad, good, firing, JSON.stringify(finding)])
}

export type Incident = OpenIncident & { readonly id: string; readonly rule: string }

const incidentsStatement = {
  name: 'read_open_incidents',
  text: `select id::text as id, rule, status, dry_run as "dryRun" from incident where flow = $1 and status <> 'ended'`,
}

/** Those that are not over. */
export const readOpenIncidents = (query: Query, flow: string): Promise<Incident[]> =>
  query<Incident>(incidentsStatement, [flow])

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

export type ToldIncident = Omit<Incident, 'status'> & {
  readonly flow: string
  readonly status: 'open' | 'overruled' | 'ended'
  readonly reason: string
  readonly evidence: { readonly [name: string]: unknown }
  readonly beganAt: string
  readonly overruledAt: string | null
  readonly endedAt: string | null
}

const listStatement = {
  name: 'list_incidents',
  text: `
    select id::text as id, flow, rule, dry_run as "dryRun", status, reason, evidence, ${iso('began_at')} as "beganAt",
      ${iso('overruled_at')} as "overruledAt", ${iso('ended_at')} as "endedAt"
    from incident
    where flow = $1 and ($2::uuid is null or (began_at, id) < (select i.began_at, i.id from incident i where i.id = $2::uuid))
    order by began_at desc, incident.id desc
    limit $3::int`,
}

/** Newest first, those before the incident `before`. */
export const listIncidents = (
  query: Query,
  flow: string,
  before: string | undefined,
  limit: number,
): Promise<ToldIncident[]> => query<ToldIncident>(listStatement, [flow, before ?? null, limit])

const lastEndedStatement = {
  name: 'last_ended_incident',
  text: `
    select (extract(epoch from max(ended_at)) * 1000)::bigint as at from incident where flow = $1 and rule = $2`,
}

/** When the last incident of the rule ended, in milliseconds since 1970: what proved it proves nothing again. */
export const lastEndedAt = async (query: Query, flow: string, rule: string): Promise<number | null> =>
  (await query<{ at: number | null }>(lastEndedStatement, [flow, rule]))[0]?.at ?? null

const endStatement = {
  name: 'end_incident',
  text: `update incident set status = 'ended', ended_at = clock_timestamp() where id = $1::uuid and status <> 'ended'`,
}
const overruleStatement = {
  name: 'overrule_incident',
  text: `
    update incident set status = 'overruled', overruled_at = clock_timestamp()
    where id = $1::uuid and status = 'open'`,
}

export const endIncident = async (query: Query, id: string): Promise<void> => {
  await query(endStatement, [id])
}
export const overruleIncident = async (query: Query, id: string): Promise<void> => {
  await query(overruleStatement, [id])
}

const beginStatement = {
  name: 'begin_incident',
  text: `
    insert into incident (id, flow, rule, dry_run, status, reason, evidence, began_at)
    values ($1::uuid, $2, $3, $4, 'open', $5, $6::jsonb, clock_timestamp())
    on conflict do nothing
    returning id`,
}

/** False: there is one already that is not over. */
export const insertIncident = async (
  query: Query,
  incident: {
    readonly id: string
    readonly flow: string
    readonly rule: string
    readonly dryRun: boolean
    readonly reason: string
    readonly evidence: object
  },
): Promise<boolean> => {
  const { id, flow, rule, dryRun, reason, evidence } = incident
  return (
    (await query(beginStatement, [id, flow, rule, dryRun, reason, JSON.stringify(evidence)])).length === 1
  )
}

const forgetStatement = {
  name: 'forget_health_rules',
  text: `
    with ended as (
      update incident set status = 'ended', ended_at = clock_timestamp()
      where flow = $1 and status <> 'ended' and rule <> all ($3::text[])
    ), cleared as (
      update alert a set cleared_at = clock_timestamp()
      where a.flow = $1 and a.cleared_at is null and (
        (a.incident is null and a.rule <> all ($2::text[])) or (a.incident is not null and a.rule <> all ($3::text[]))
      )
    )
    delete from health_rule
    where flow = $1 and ((kind = 'alert' and rule <> all ($2::text[])) or (kind = 'rollback' and rule <> all ($3::text[])))`,
}

/** Of rules that are no longer there nothing fires and nothing is open. */
export const forgetOtherRules = async (
  query: Query,
  flow: string,
  alerts: readonly string[],
  rollbacks: readonly string[],
): Promise<void> => {
  await query(forgetStatement, [flow, alerts, rollbacks])
}
