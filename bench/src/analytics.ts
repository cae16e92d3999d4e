import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { createBoardwalk } from '@boardwalk/server'
import { openDatabase } from '@boardwalk/store'
import { liveAYear, startPostgres, yearFlow } from '@boardwalk/store/test-kit'
import { countAll, countArriving, sizes } from './analytics-counting.ts'
import { copyToTables, startDuckDb, startSql, type Peer } from './analytics-peers.ts'
import { questions } from './analytics-questions.ts'
import { apiKey, line, schema, secret, serve, type Stage } from './analytics-stage.ts'
import { interleaved, type Measured } from './measured.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
/** People and the days in which they came, such as "10000/365,100000/36.5". Few days are as crowded as a year of more people. */
const sizesAsked = process.env['BENCH_PEOPLE'] ?? '100000/365'
const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }

/** Slower peers answer once. */
const slowMs = 10_000

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

/** A year of people, as if Boardwalk had been there, and nothing of it counted yet. */
const prepare = async ({ url, until, people, days }: Stage): Promise<void> => {
  const boardwalk = await serve(url)
  const ask = asking(fetch, boardwalk.address)
  for (const version of [1, 2] as const) {
    await ask('/api/admin/flows', yearFlow(version))
    await ask(`/api/admin/flows/shop/versions/${version}/publish`, {})
  }
  await boardwalk.stop()
  const database = await openDatabase({ url, schema })
  await liveAYear(database, people, until, days)
  await database.close()
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

const benchOf = async (people: number, days: number): Promise<Measured[]> => {
  const postgres = await startPostgres({ flavour: 'debian-15' })
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-bench-'))
  // PostgreSQL writes in it, as a user of its own.
  await chmod(folder, 0o777)
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  const stage: Stage = { admin, url: postgres.url, folder, until: new Date(), people, days }
  try {
    await prepare(stage)
    const counted = await countAll(stage)
    const asked = await answers(stage)
    const sized = await sizes(stage)
    const measured = [...asked, counted, ...(await countArriving(stage)), ...sized]
    return measured.map((row) => ({ ...row, name: `${people} people in ${days} days: ${row.name}` }))
  } finally {
    await admin.end()
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
}

/** What is asked of a year of people, and what counting them costs. */
export const analyticsBench = async (): Promise<Measured[]> => {
  const measured: Measured[] = []
  for (const size of sizesAsked.split(',')) {
    const [people = 0, days = 365] = size.split('/').map(Number)
    measured.push(...(await benchOf(people, days)))
  }
  return measured
}
