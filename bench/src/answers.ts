import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import pg from 'pg'
import { startPostgres } from '@boardwalk/store/test-kit'
import { requestsPerSecond, type Request } from './load.ts'
import { interleaved, type Measured } from './measured.ts'
import { startBoardwalk, type Process } from './processes.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const callers = 32
// As many as fit the usual cache; and more than fit one of a megabyte, so that every read misses and is kept in vain.
const people = 500

const secret = 'a benchmark secret of more than thirty-two bytes'
const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'
const common = { BOARDWALK_JWT_SECRET: secret, BOARDWALK_API_KEY: apiKey }

const tokenOf = (userId: string): Promise<string> =>
  new SignJWT({ role: 'owner', market: 'FR', account: `shop of ${userId}` })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime('12h')
    .sign(new TextEncoder().encode(secret))

const call = async ({ address }: Process, method: string, path: string, bearer: string, body?: string) => {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const response = await fetch(address + path, { method, headers, ...(body !== undefined && { body }) })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
}

const prepare = async (boardwalk: Process, tokens: readonly string[]): Promise<void> => {
  const shop = await readFile(new URL('../../flows/shop.json', import.meta.url), 'utf8')
  await call(boardwalk, 'POST', '/api/admin/flows', apiKey, shop)
  await call(boardwalk, 'POST', '/api/admin/flows/shop/versions/1/publish', apiKey, '{}')
  const waiting = [...tokens]
  const worker = async (): Promise<void> => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop())
      await call(boardwalk, 'GET', '/api/onboarding', token)
  }
  await Promise.all(Array.from({ length: callers }, worker))
}

const reads = (tokens: readonly string[]): (() => Request) => {
  let index = 0
  return () => ({
    method: 'GET',
    path: '/api/onboarding',
    headers: { authorization: `Bearer ${tokens[index++ % tokens.length] ?? ''}` },
  })
}

/** Processor time of these processes so far, in microseconds; a tick of the kernel's clock is 10,000. */
const processorUs = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) * 10_000
  }, 0)

const measure = async (
  where: string,
  settings: readonly Record<string, string>[],
  backends: () => Promise<number[]>,
): Promise<Measured[]> => {
  const [none = {}, kept = none, vain = none] = settings
  const off = await startBoardwalk({ ...common, ...none, BOARDWALK_ANSWER_CACHE_MB: '0' })
  const on = await startBoardwalk({ ...common, ...kept })
  const small = await startBoardwalk({ ...common, ...vain, BOARDWALK_ANSWER_CACHE_MB: '1' })
  const tokens = await Promise.all(Array.from({ length: people }, (_, index) => tokenOf(`p${index}`)))
  const own = new Set(settings).size > 1 ? [off, on, small] : [off]
  for (const each of own) await prepare(each, tokens)
  const rate = async (boardwalk: Process): Promise<number> => {
    const pids = [boardwalk.pid, ...(await backends())]
    const before = processorUs(pids)
    const { count } = await requestsPerSecond(boardwalk.address, callers, seconds, reads(tokens))
    return (processorUs(pids) - before) / count
  }
  const median = await interleaved(rounds, {
    off: () => rate(off),
    on: () => rate(on),
    small: () => rate(small),
  })
  await Promise.all([off.stop(), on.stop(), small.stop()])
  const row = (name: string, ours: number): Measured => ({
    name: `GET /api/onboarding, ${callers} callers, ${where}, ${name}`,
    ours,
    peer: median.off,
    peerName: 'no cache',
    unit: 'µs of processor time',
    ratio: median.off / ours,
    aim: '–',
    n: rounds,
  })
  return [row('every answer known', median.on), row('none known', median.small)]
}

export const answersBench = async (): Promise<Measured[]> => {
  const postgres = await startPostgres({ flavour: 'debian-15' })
  const shared = { DATABASE_URL: postgres.url, BOARDWALK_SCHEMA: 'bench' }
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  const backends = async (): Promise<number[]> =>
    (
      await admin.query<{ pid: number }>('select pid from pg_stat_activity where datname is not null')
    ).rows.map(({ pid }) => pid)
  const real = await measure('PostgreSQL', [shared, shared, shared], backends)
  await admin.end()
  await postgres.stop()
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-answers-'))
  const embedded = ['a', 'b', 'c'].map((name) => ({ BOARDWALK_DATA: join(folder, name) }))
  const within = await measure('embedded', embedded, () => Promise.resolve([]))
  await rm(folder, { recursive: true })
  return [...real, ...within]
}
