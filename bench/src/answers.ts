import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import pg from 'pg'
import { pino } from 'pino'
import { createBoardwalk, type Boardwalk } from '@boardwalk/server'
import { openDatabase, type Database } from '@boardwalk/store'
import { startPostgres } from '@boardwalk/store/test-kit'
import { interleaved, type Measured } from './measured.ts'

// Processor time, not throughput: it is what the cache is to save, and others on the machine disturb it less.
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 15)
const readings = 1000
const callers = 32
const people = 200

const secret = 'a benchmark secret of more than thirty-two bytes'
const shop = readFileSync(new URL('../../flows/shop.json', import.meta.url), 'utf8')

const tokenOf = (userId: string): Promise<string> =>
  new SignJWT({ role: 'owner', market: 'FR', account: `shop of ${userId}` })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime('12h')
    .sign(new TextEncoder().encode(secret))

const readAll = async (boardwalk: Boardwalk, tokens: readonly string[], count: number): Promise<void> => {
  let next = 0
  const caller = async (): Promise<void> => {
    while (next < count) {
      const authorization = `Bearer ${tokens[next++ % tokens.length] ?? ''}`
      const asked = new Request('http://bench.test/api/onboarding', { headers: { authorization } })
      const answer = await boardwalk.fetch(asked)
      if (answer.status !== 200) throw new Error(await answer.text())
      await answer.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

/** Processor time of other processes so far, in microseconds; a tick of the kernel's clock is 10,000. */
const processorUs = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) * 10_000
  }, 0)

const measure = async (
  where: string,
  database: Database,
  backends: () => Promise<number[]>,
): Promise<Measured[]> => {
  const log = pino({ level: 'error' })
  const open = (mostBytes: number): Boardwalk =>
    createBoardwalk({ database, tokens: { secret }, log, answerCache: { mostBytes } })
  const boardwalks = { none: open(0), known: open(32 * 2 ** 20), vain: open(2000) }
  await boardwalks.none.start()
  await boardwalks.none.verbs.publishFlow(JSON.parse(shop))
  const tokens = await Promise.all(Array.from({ length: people }, (_, index) => tokenOf(`p${index}`)))
  for (const boardwalk of Object.values(boardwalks)) await readAll(boardwalk, tokens, 2 * people)
  const cost = async (boardwalk: Boardwalk): Promise<number> => {
    const pids = await backends()
    const [before, own] = [processorUs(pids), process.cpuUsage()]
    await readAll(boardwalk, tokens, readings)
    const { user, system } = process.cpuUsage(own)
    return (user + system + processorUs(pids) - before) / readings
  }
  const median = await interleaved(rounds, {
    none: () => cost(boardwalks.none),
    known: () => cost(boardwalks.known),
    vain: () => cost(boardwalks.vain),
  })
  for (const boardwalk of Object.values(boardwalks)) await boardwalk.stop()
  const row = (name: string, ours: number): Measured => ({
    name: `GET /api/onboarding without a network, ${where}, ${name}`,
    ours,
    peer: median.none,
    peerName: 'no cache',
    unit: 'µs',
    ratio: median.none / ours,
    aim: '–',
    n: rounds,
  })
  return [row('every answer known', median.known), row('none known, all kept in vain', median.vain)]
}

export const answersBench = async (): Promise<Measured[]> => {
  const postgres = await startPostgres({ flavour: 'debian-15' })
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  const backends = async (): Promise<number[]> =>
    (
      await admin.query<{ pid: number }>('select pid from pg_stat_activity where datname is not null')
    ).rows.map(({ pid }) => pid)
  const real = await openDatabase({ url: postgres.url, schema: 'bench', connections: 4 })
  const onPostgres = await measure('PostgreSQL', real, backends)
  await real.close()
  await admin.end()
  await postgres.stop()
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-answers-'))
  const embedded = await openDatabase({ directory: folder })
  const within = await measure('embedded', embedded, () => Promise.resolve([]))
  await embedded.close()
  await rm(folder, { recursive: true })
  return [...onPostgres, ...within]
}
