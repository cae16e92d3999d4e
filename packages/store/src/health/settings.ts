import { usualSettings, type HealthSettings, type Measured, type Metric } from '@boardwalk/engine/health'
import type { Database, Query } from '../database/database.ts'

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** A frozen figure; `count` where it is of something counted, `valueEvent` where it is about that (null: the activation step). */
export type FrozenFigure = Measured & {
  readonly count?: number | undefined
  readonly valueEvent?: string | null | undefined
}

export type Baseline = {
  readonly since: string
  readonly until: string
  readonly takenAt: string
  readonly takenBy: string
  readonly metrics: { readonly [Name in Metric]?: FrozenFigure }
}

export type WatchedFlow = {
  readonly flow: string
  readonly settings: HealthSettings
  readonly changedAt: string | null
  readonly changedBy: string | null
  readonly baseline: Baseline | null
  readonly enabled: boolean
  /** When the flow was last switched on, in milliseconds since 1970; null: it was never off. */
  readonly switchedOnAt: number | null
}

const text = (where: string): string => `
  select f.name as flow, s.settings, ${iso('s.changed_at')} as "changedAt", s.changed_by as "changedBy",
    case when b.flow is not null then jsonb_build_object(
      'since', ${iso('b.since')}, 'until', ${iso('b.until')}, 'takenAt', ${iso('b.taken_at')},
      'takenBy', b.taken_by, 'metrics', b.metrics) end as baseline,
    coalesce((r.settings ->> 'enabled')::boolean, true) as enabled,
    (
      select (extract(epoch from c.at) * 1000)::bigint from release_change c
      where c.flow = f.name and c.changed -> 'enabled' ->> 'to' = 'true'
      order by c.id desc limit 1
    ) as "switchedOnAt"
  from flow f
  left join health_settings s on s.flow = f.name
  left join health_baseline b on b.flow = f.name
  left join release r on r.flow = f.name
  where ${where}
  order by f.name`

const oneStatement = { name: 'read_watched_flow', text: text('f.name = $1') }
const allStatement = { name: 'read_watched_flows', text: text('f.version is not null') }

type Row = Omit<WatchedFlow, 'settings'> & { readonly settings: Partial<HealthSettings> | null }

const watchedOf = ({ settings, ...row }: Row): WatchedFlow => ({
  ...row,
  settings: { ...usualSettings, ...settings },
})

/** `undefined`: there is no such flow. */
export const readWatched = async (query: Query, flow: string): Promise<WatchedFlow | undefined> => {
  const [row] = await query<Row>(oneStatement, [flow])
  return row && watchedOf(row)
}

/** Every flow that is in force. */
export const readAllWatched = async (query: Query): Promise<WatchedFlow[]> =>
  (await query<Row>(allStatement)).map(watchedOf)

/** Within a transaction: how the flow stands, and goes on standing until the end of it. */
export const lockWatched = async (query: Query, flow: string): Promise<WatchedFlow | undefined> => {
  await query(lockStatement, [flow])
  return readWatched(query, flow)
}

const lockStatement = { name: 'lock_watched_flow', text: 'select from flow where name = $1 for update' }
const writeStatement = {
  name: 'write_health_settings',
  text: `
    insert into health_settings (flow, settings, changed_at, changed_by)
    values ($1, $2::jsonb, clock_timestamp(), $3)
    on conflict (flow) do update set settings = excluded.settings, changed_at = excluded.changed_at,
      changed_by = excluded.changed_by`,
}

/** `change` says what is stored of what was: only what somebody set. */
export const changeHealthSettings = (
  database: Database,
  flow: string,
  by: string,
  change: (before: HealthSettings) => HealthSettings,
): Promise<WatchedFlow | undefined> =>
  database.transaction(async ({ query }) => {
    const before = await lockWatched(query, flow)
    if (before === undefined) return undefined
    await query(writeStatement, [flow, JSON.stringify(change(before.settings)), by])
    return readWatched(query, flow)
  })

const baselineStatement = {
  name: 'write_health_baseline',
  text: `
    insert into health_baseline (flow, since, until, taken_at, taken_by, metrics)
    values ($1, $2::timestamptz, $3::timestamptz, clock_timestamp(), $4, $5::jsonb)
    on conflict (flow) do update set since = excluded.since, until = excluded.until, taken_at = excluded.taken_at,
      taken_by = excluded.taken_by, metrics = excluded.metrics`,
}

export const writeBaseline = async (
  query: Query,
  flow: string,
  { since, until, takenBy, metrics }: Omit<Baseline, 'takenAt'>,
): Promise<void> => {
  await query(baselineStatement, [flow, since, until, takenBy, JSON.stringify(metrics)])
}
