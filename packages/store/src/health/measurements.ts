import type { Query } from '../database/database.ts'

export type Measurement = {
  readonly id: string
  readonly flow: string
  readonly metric: string
  readonly value: number
  /** ISO 8601. */
  readonly at: string
  readonly key: string | null
}

const insertStatement = {
  name: 'insert_measurement',
  text: `
    insert into measurement as m (id, flow, metric, value, at, key)
    select $1::uuid, f.name, $3, $4, $5::timestamptz, $6 from flow f where f.name = $2
    on conflict (flow, key) do update set key = m.key
    returning id::text as id, metric, value, (extract(epoch from at) * 1000)::bigint as at`,
}

type Stored = { readonly id: string; readonly metric: string; readonly value: number; readonly at: number }

/** What is stored under its key now; undefined: there is no such flow. */
export const insertMeasurement = async (
  query: Query,
  { id, flow, metric, value, at, key }: Measurement,
): Promise<Stored | undefined> =>
  (await query<Stored>(insertStatement, [id, flow, metric, value, at, key]))[0]

const betweenStatement = {
  name: 'measured_between',
  text: `
    select (extract(epoch from min(at)) * 1000)::bigint as first, (extract(epoch from max(at)) * 1000)::bigint as last
    from measurement
    where flow = $1 and metric = $2 and at <= to_timestamp($3::double precision / 1000)`,
}

/** From when until when anything was measured, in milliseconds since 1970; null: never. */
export const measuredBetween = async (
  query: Query,
  flow: string,
  metric: string,
  now: number,
): Promise<{ readonly first: number; readonly last: number } | null> => {
  const [row] = await query<{ first: number | null; last: number | null }>(betweenStatement, [
    flow,
    metric,
    now,
  ])
  return row?.first == null || row.last === null ? null : { first: row.first, last: row.last }
}

const readStatement = {
  name: 'read_measurements',
  text: `
    select (extract(epoch from date_trunc('hour', at)) * 1000)::bigint as begins, sum(value) as value
    from measurement
    where flow = $1 and metric = $2
      and at >= to_timestamp($3::double precision / 1000) and at < to_timestamp($4::double precision / 1000)
    group by 1 order by 1`,
}

/** Sums by the hour, oldest first. */
export const readMeasurements = (
  query: Query,
  flow: string,
  metric: string,
  since: number,
  until: number,
): Promise<{ readonly begins: number; readonly value: number }[]> =>
  query(readStatement, [flow, metric, since, until])
