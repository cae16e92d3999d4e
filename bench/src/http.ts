import { readFileSync } from 'node:fs'
import { SignJWT } from 'jose'
import pg from 'pg'
import { commitStatement, loadStatement } from '@boardwalk/store'
import { startPostgres } from '@boardwalk/store/test-kit'
import { requestsPerSecond, type Request } from './load.ts'
import { gateBench, gatedPeople } from './gate.ts'
import { interleaved, type Measured } from './measured.ts'
import { pgbench } from './pgbench.ts'
import { startBoardwalk, startPeer, type Process } from './processes.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const people = Number(process.env['BENCH_PEOPLE'] ?? 20_000)
const schema = 'bench'
const secret = 'a benchmark secret of more than thirty-two bytes'
const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'

const shop = readFileSync(new URL('../../flows/shop.json', import.meta.url), 'utf8')
const key = new TextEncoder().encode(secret)

const sign = (userId: string): Promise<string> =>
  new SignJWT({ role: 'owner', market: 'FR' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime('12h')
    .sign(key)

const call = async (
  { address }: Process,
  method: string,
  path: string,
  bearer: string,
  body?: string,
): Promise<unknown> => {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const response = await fetch(address + path, { method, headers, ...(body !== undefined && { body }) })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** Enrols everybody, through the product itself. */
const prepare = async (boardwalk: Process, tokens: readonly string[]): Promise<string> => {
  await call(boardwalk, 'POST', '/api/admin/flows', apiKey, shop)
  await call(boardwalk, 'POST', '/api/admin/flows/shop/versions/1/publish', apiKey, '{}')
  const waiting = [...tokens]
  const worker = async (): Promise<void> => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop())
      await call(boardwalk, 'GET', '/api/onboarding', token)
  }
  await Promise.all(Array.from({ length: 64 }, worker))
  return JSON.stringify(await call(boardwalk, 'GET', '/api/onboarding', tokens[0] ?? ''))
}

// A person can change each of these twice: skipped, then done. Each request of a run really writes.
const changes = ['theme', 'product'].flatMap((step) =>
  ['skipped', 'done'].map((status) => ({ step, status })),
)
// People come in crowds: each of a crowd does all changes before the next crowd comes, as people do in their sessions.
const crowd = 500

/** No request repeats another, and no two of one person are under way at once. */
const writes = (tokens: readonly string[]) => {
  let index = 0
  return (): Request => {
    const inCrowd = index % (crowd * changes.length)
    const person = Math.floor(index / (crowd * changes.length)) * crowd + (inCrowd % crowd)
    const change = changes[Math.floor(inCrowd / crowd)]
    const token = tokens[person]
    if (change === undefined || token === undefined)
      throw new Error('All people are used up: give BENCH_PEOPLE more')
    index += 1
    return {
      method: 'PATCH',
      path: `/api/onboarding/steps/${change.step}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status: change.status }),
    }
  }
}

const reads = (tokens: readonly string[]) => {
  let index = 0
  return (): Request => ({
    method: 'GET',
    path: '/api/onboarding',
    headers: { authorization: `Bearer ${tokens[index++ % tokens.length] ?? ''}` },
  })
}

/** The product's own commit of one step, with the revision looked up in the same statement. */
const commitScript = (loads: boolean): string => {
  const one = "'peer-' || (:u)::int"
  const values = [
    `(select json_build_array(json_build_object('n', 0, 'user_id', ${one}, 'revision', p.revision, 'now', 0)) from person p where p.user_id = ${one})`,
    `'[]'`,
    `json_build_array(json_build_object('n', 0, 'flow', 'shop', 'version', 1, 'status', 'in_progress', 'started_at', 0, 'snooze_count', 0))`,
    `json_build_array(json_build_object('n', 0, 'flow', 'shop', 'step_id', 'theme', 'step_version', 1, 'status', 'done', 'settled_at', 0, 'source', 'user'))`,
    `'[]'`,
    `json_build_array(json_build_object('n', 0, 'ordinal', 0, 'type', 'peer', 'flow', 'shop', 'version', 1, 'step_id', 'theme', 'data', '{}'::json, 'at', 0))`,
    `'[]'`,
  ]
  const text = commitStatement.text.replaceAll(
    /\$(\d)/g,
    (_, number: string) => `(${values[Number(number) - 1]})`,
  )
  const asked = loadStatement.text
    .replace('$1', `array[${one}]`)
    .replace('$2', 'array[null]')
    .replace('$3', 'array[false]')
    .replaceAll('$4', "'{}'")
    .replaceAll('$5', 'array[null]')
  const statements = loads ? [asked, text] : [text]
  return [
    `\\set u random(0, ${people - 1})`,
    ...statements.map((one) => `${one.replaceAll(/\s+/g, ' ')};`),
    '',
  ].join('\n')
}

export const httpBench = async (): Promise<Measured[]> => {
  const postgres = await startPostgres({ flavour: 'debian-15' })
  const settings = {
    DATABASE_URL: postgres.url,
    BOARDWALK_SCHEMA: schema,
    BOARDWALK_JWT_SECRET: secret,
    BOARDWALK_API_KEY: apiKey,
  }
  const boardwalk = await startBoardwalk(settings)
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  const tokens = await Promise.all(Array.from({ length: people }, (_, index) => sign(`ours-${index}`)))
  const peerTokens = await Promise.all(Array.from({ length: people }, (_, index) => sign(`peer-${index}`)))
  const ready = await prepare(boardwalk, [...tokens, ...peerTokens])
  await admin.query(`vacuum analyze`)
  const database = [postgres.url, schema, secret]
  const bare = await startPeer('bare', ...database, ready)
  const objects = await startPeer('objects', ...database)
  const five = await startPeer('five', ...database)

  const rate = async (process: Process, connections: number, next: () => Request): Promise<number> =>
    (await requestsPerSecond(process.address, connections, seconds, next)).rate
  const some = tokens.slice(0, 1000)
  const health = (): Request => ({ method: 'GET', path: '/health/live', headers: {} })

  const read = await interleaved(rounds, {
    bare: () => rate(bare, 32, reads(some)),
    memory: () => rate(boardwalk, 32, health),
    ours: () => rate(boardwalk, 32, reads(some)),
    objects: () => rate(objects, 32, reads(some)),
  })

  const ourWrites = writes(tokens)
  const fiveWrites = writes(peerTokens)
  const counted = async (): Promise<number> =>
    Number(
      (
        await admin.query(
          `select count(*) from ${schema}.happening where type in ('onboarding.step_completed', 'onboarding.step_skipped')`,
        )
      ).rows[0].count,
    )
  const before = await counted()
  let acknowledged = 0
  const ourRate = async (connections: number): Promise<{ rate: number; p50Ms: number; count: number }> => {
    const result = await requestsPerSecond(boardwalk.address, connections, seconds, ourWrites)
    acknowledged += result.count
    return result
  }
  const write = await interleaved(rounds, {
    ours: async () => (await ourRate(32)).rate,
    five: () => rate(five, 32, fiveWrites),
    pgbench: () => pgbench(postgres.url, schema, commitScript(false), 32, seconds),
    one: async () => 1000 / (await ourRate(1)).rate,
    pgbenchOne: async () => 1000 / (await pgbench(postgres.url, schema, commitScript(true), 1, seconds)),
  })
  const written = (await counted()) - before

  for (const person of gatedPeople)
    await call(boardwalk, 'PATCH', `/api/users/${person}/onboarding/steps/theme`, apiKey, '{"status":"done"}')
  const gates = await gateBench(boardwalk, apiKey)

  await Promise.all([boardwalk.stop(), bare.stop(), objects.stop(), five.stop(), admin.end()])
  await postgres.stop()
  const n = rounds
  return [
    {
      name: 'HTTP routing and answer from memory',
      ours: read.memory,
      peer: read.bare,
      peerName: 'bare node:http',
      unit: '/s',
      ratio: read.memory / read.bare,
      aim: '≥ 0.70',
      n,
    },
    {
      name: 'GET /api/onboarding, 32 callers',
      ours: read.ours,
      peer: read.objects,
      peerName: 'pool + objects',
      unit: '/s',
      ratio: read.ours / read.objects,
      aim: '≥ 1.8',
      n,
    },
    {
      name: 'GET /api/onboarding, 32 callers',
      ours: read.ours,
      peer: read.bare,
      peerName: 'bare node:http',
      unit: '/s',
      ratio: read.ours / read.bare,
      aim: '–',
      n,
    },
    {
      name: 'PATCH a step, 32 callers',
      ours: write.ours,
      peer: write.five,
      peerName: 'five statements',
      unit: '/s',
      ratio: write.ours / write.five,
      aim: '≥ 6',
      n,
    },
    {
      name: 'PATCH a step, 32 callers',
      ours: write.ours,
      peer: write.pgbench,
      peerName: 'pgbench, the same commit',
      unit: '/s',
      ratio: write.ours / write.pgbench,
      aim: '≥ 1.5',
      n,
      note: `${acknowledged} acknowledged, ${written} rows written`,
    },
    {
      name: 'PATCH a step, one caller',
      ours: write.one,
      peer: write.pgbenchOne,
      peerName: 'pgbench, the same load and commit',
      unit: 'ms',
      ratio: write.pgbenchOne / write.one,
      aim: '≥ 0.77',
      n,
    },
    ...gates,
  ]
}
