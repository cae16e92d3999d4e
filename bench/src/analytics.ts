import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { createBoardwalk } from '@boardwalk/server'
import { openDatabase } from '@boardwalk/store'
import { liveAYear, startPostgres, yearFlow } from '@boardwalk/store/test-kit'
import { copyToTables, startDuckDb, startSql, type Peer } from './analytics-peers.ts'
import { questions } from './analytics-questions.ts'
import { interleaved, type Measured } from './measured.ts'
import { startBoardwalk, type Process } from './processes.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const people = Number(process.env['BENCH_PEOPLE'] ?? 100_000)
const arrivals = Number(process.env['BENCH_ARRIVALS'] ?? 10_000)
const arrivingSeconds = 20
const schema = 'bench'
const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'
const secret = 'a benchmark secret of more than thirty-two bytes'
const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }

/** Slower peers answer once. */
const slowMs = 10_000

type Stage = {
  readonly admin: pg.Client
  readonly url: string
  readonly folder: string
  /** Where the year ends. */
  readonly until: Date
}

type Ask = (path: string, body?: object) => Promise<unknown>

const asking =
  (send: (request: Request) => Promise<Response>, address = 'http://boardwalk.bench'): Ask =>
  async (path, body) => {
    const method = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await send(new Request(address + path, { headers, ...method }))
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return text === '' ? null : JSON.parse(text)
  }

const serve = (url: string): Promise<Process> =>
  startBoardwalk({
    DATABASE_URL: url,
    BOARDWALK_SCHEMA: schema,
    BOARDWALK_JWT_SECRET: secret,
    BOARDWALK_API_KEY: apiKey,
  })

/** A year of people, as if Boardwalk had been there, and nothing of it counted yet. */
const prepare = async ({ url, until }: Stage): Promise<void> => {
  const boardwalk = await serve(url)
  const ask = asking(fetch, boardwalk.address)
  for (const version of [1, 2] as const) {
    await ask('/api/admin/flows', yearFlow(version))
    await ask(`/api/admin/flows/shop/versions/${version}/publish`, {})
  }
  await boardwalk.stop()
  const database = await openDatabase({ url, schema })
  await liveAYear(database, people, until)
  await database.close()
}

const numberOf = async ({ admin }: Stage, sql: string): Promise<number> =>
  Number(Object.values((await admin.query(sql)).rows[0])[0])

const countedUpTo = (stage: Stage): Promise<number> =>
  numberOf(stage, `select seq from ${schema}.reader where name = 'analytics'`)
const lastHappening = (stage: Stage): Promise<number> =>
  numberOf(stage, `select max(seq) from ${schema}.happening where xid = (select max(xid) from ${schema}.happening)`)

const line = (name: string, ours: number, unit: string, aim = '–', note?: string): Measured => ({
  name,
  ours,
  peer: Number.NaN,
  peerName: '–',
  unit,
  ratio: Number.NaN,
  aim,
  n: 1,
  ...(note !== undefined && { note }),
})

/** How fast a process counts what happened before it started. */
const countAll = async (stage: Stage): Promise<Measured> => {
  const last = await lastHappening(stage)
  const boardwalk = await serve(stage.url)
  let first = 0
  while ((first = await countedUpTo(stage)) === 0) await sleep(5)
  const began = performance.now()
  while ((await countedUpTo(stage)) < last) await sleep(50)
  const rate = (last - first) / ((performance.now() - began) / 1000)
  await boardwalk.stop()
  await stage.admin.query(`vacuum analyze`)
  return line('counting anew', rate, 'happenings/s', '≥ 10,000/s', `${last} happenings of ${people} people`)
}

const arrive = `
  insert into ${schema}.happening (type, person_id, flow, version, step_id, data, at)
  select case when n % 2 = 0 then 'onboarding.viewed' else 'merchant.previewed_store' end, 1 + (n::bigint * 7919) % $3::int,
    case when n % 2 = 0 then 'shop' end, case when n % 2 = 0 then 2 end, null, '{}', clock_timestamp()
  from generate_series($1::int, $2::int) n`

/** New happenings at a steady pace: how old the first uncounted one is, looked at ten times a second. */
const countArriving = async (stage: Stage): Promise<Measured[]> => {
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
    await stage.admin.query(arrive, [told + 1, due, people])
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

const sizes = async (stage: Stage): Promise<Measured[]> => {
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

const dayMs = 86_400_000

const answers = async (stage: Stage): Promise<Measured[]> => {
  const { url, admin, folder, until } = stage
  await copyToTables(admin, schema)
  const peers: Readonly<Record<string, Peer>> = {
    'SQL over the report views': await startSql(url, `${schema}_reports`),
    'SQL over plain tables, with the design’s indexes': await startSql(url, 'plain'),
    DuckDB: await startDuckDb(admin, folder),
  }
  const boardwalk = createBoardwalk({
    database: { url, schema },
    tokens: { secret },
    apiKey,
    log: pino({ level: 'silent' }),
  })
  await boardwalk.start()
  const ask = asking(boardwalk.fetch)
  const since = (days: number): string => new Date(until.getTime() - days * dayMs).toISOString().slice(0, 10)
  const year = `from=${since(365)}`
  const ranges = [
    { name: '30 days', query: '', days: 29 },
    { name: 'a year', query: year, days: 365 },
  ]
  const variants = [
    ...ranges,
    { name: 'a year, one market and plan', query: `${year}&market=FR&plan=team` },
    { name: 'a year, days of New York', query: `${year}&timeZone=America/New_York` },
    { name: 'a year, markets compared', query: `${year}&compare=market` },
  ]
  const ours = (path: string) => async (): Promise<number> => {
    const began = performance.now()
    await ask(`/api/admin/analytics/${path}`)
    return performance.now() - began
  }
  const measured: Measured[] = []
  for (const { name, path, sql } of questions) {
    const contests: Record<string, () => Promise<number>> = {}
    const slow = new Map<string, number>()
    for (const variant of variants) contests[variant.name] = ours(path + variant.query)
    for (const range of ranges)
      for (const [peer, { ask: put }] of Object.entries(peers)) {
        const contest = `${range.name} ${peer}`
        contests[contest] = async () => {
          const known = slow.get(contest)
          const ms = known ?? (await put(sql(`timestamptz '${since(range.days)}'`)))
          if (ms > slowMs) slow.set(contest, ms)
          return ms
        }
      }
    const medians = await interleaved(rounds, contests)
    const took = (contest: string): number => medians[contest] ?? Number.NaN
    for (const variant of variants) {
      const mine = line(`${name}, ${variant.name}`, took(variant.name), 'ms', '< 50 ms')
      if (!ranges.some((range) => range.name === variant.name)) measured.push({ ...mine, n: rounds })
      else
        for (const peerName of Object.keys(peers)) {
          const contest = `${variant.name} ${peerName}`
          const peer = took(contest)
          const n = slow.has(contest) ? 1 : rounds
          const aim = peerName === 'DuckDB' ? '–' : '≥ 100 times as fast'
          measured.push({ ...mine, peer, peerName, ratio: peer / mine.ours, aim: `< 50 ms, ${aim}`, n })
        }
    }
  }
  await boardwalk.stop()
  for (const peer of Object.values(peers)) await peer.stop()
  return measured
}

/** What is asked of a year of that many people, and what counting them costs. */
export const analyticsBench = async (): Promise<Measured[]> => {
  const postgres = await startPostgres({ flavour: 'debian-15' })
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-bench-'))
  // PostgreSQL writes in it, as a user of its own.
  await chmod(folder, 0o777)
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  const stage = { admin, url: postgres.url, folder, until: new Date() }
  try {
    await prepare(stage)
    const counted = await countAll(stage)
    const asked = await answers(stage)
    const sized = await sizes(stage)
    return [...asked, counted, ...(await countArriving(stage)), ...sized]
  } finally {
    await admin.end()
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
}
