import { setTimeout as sleep } from 'node:timers/promises'
import { line, numberOf, schema, serve, type Stage } from './analytics-stage.ts'
import type { Measured } from './measured.ts'

const arrivals = Number(process.env['BENCH_ARRIVALS'] ?? 10_000)
const arrivingSeconds = 20

const countedUpTo = (stage: Stage): Promise<number> =>
  numberOf(stage, `select seq from ${schema}.reader where name = 'analytics'`)
const lastHappening = (stage: Stage): Promise<number> =>
  numberOf(
    stage,
    `select max(seq) from ${schema}.happening where xid = (select max(xid) from ${schema}.happening)`,
  )

/** How fast a process counts what happened before it started. */
export const countAll = async (stage: Stage): Promise<Measured> => {
  const last = await lastHappening(stage)
  const boardwalk = await serve(stage.url)
  let first = 0
  while ((first = await countedUpTo(stage)) === 0) await sleep(5)
  const began = performance.now()
  while ((await countedUpTo(stage)) < last) await sleep(50)
  const rate = (last - first) / ((performance.now() - began) / 1000)
  await boardwalk.stop()
  await stage.admin.query(`vacuum analyze`)
  return line(
    'counting anew',
    rate,
    'happenings/s',
    '≥ 10,000/s',
    `${last} happenings of ${stage.people} people`,
  )
}

const arrive = `
  insert into ${schema}.happening (type, person_id, flow, version, step_id, data, at)
  select case when n % 2 = 0 then 'onboarding.viewed' else 'merchant.previewed_store' end, 1 + (n::bigint * 7919) % $3::int,
    case when n % 2 = 0 then 'shop' end, case when n % 2 = 0 then 2 end, null, '{}', clock_timestamp()
  from generate_series($1::int, $2::int) n`

/** New happenings at a steady pace: how old the first uncounted one is, looked at ten times a second. */
export const countArriving = async (stage: Stage): Promise<Measured[]> => {
  const boardwalk = await serve(stage.url)
  const lags: number[] = []
  const lagSql = `
    select coalesce(extract(epoch from clock_timestamp() - (
      select h.at from ${schema}.happening h where (h.xid, h.seq) > (r.xid, r.seq) order by h.xid, h.seq limit 1)) * 1000, 0)
    from ${schema}.reader r where r.name = 'analytics'`
  const began = performance.now()
  let told = 0
  while (performance.now() - began < arrivingSeconds * 1000) {
    const due = Math.floor(((performance.now() - began) / 1000) * arrivals)
    await stage.admin.query(arrive, [told + 1, due, stage.people])
    told = due
    lags.push(await numberOf(stage, lagSql))
    await sleep(100)
  }
  const seconds = (performance.now() - began) / 1000
  const last = await lastHappening(stage)
  while ((await countedUpTo(stage)) < last) await sleep(20)
  const after = performance.now() - began - seconds * 1000
  await boardwalk.stop()
  const sorted = lags.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  const note = `${Math.round(told / seconds)} arrive a second for ${arrivingSeconds} s, all counted ${Math.round(after)} ms after the last`
  return [
    { ...line('lag while new ones arrive, median', at(0.5), 'ms', '–', note), n: lags.length },
    { ...line('lag while new ones arrive, longest', at(1), 'ms', '< 5 s'), n: lags.length },
  ]
}

const counts = ['journey', 'step', 'duration', 'value', 'return', 'nudge', 'block'].map((of) => `${of}_count`)

export const sizes = async (stage: Stage): Promise<Measured[]> => {
  const sizeOf = (table: string): Promise<number> =>
    numberOf(stage, `select pg_total_relation_size('${schema}.${table}') / 1e6`)
  const history = await sizeOf('happening')
  const row = async (table: string): Promise<Measured> => {
    const ours = await sizeOf(table)
    const rows = await numberOf(stage, `select count(*) from ${schema}.${table}`)
    return {
      ...line(`size of ${table}`, ours, 'MB', '–', `${rows} rows`),
      peer: history,
      peerName: 'happening',
      ratio: history / ours,
    }
  }
  const measured: Measured[] = []
  for (const table of [...counts, 'tally', 'step_state', 'happening']) measured.push(await row(table))
  return measured
}
