// Mixed work at a fixed rate for a long time: does anything grow or slow down?
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { startPostgres } from '@boardwalk/store/test-kit'
import type { Request } from './load.ts'
import { startBoardwalk } from './processes.ts'
import { askSteadily, limitOf, type Asked } from './soak-load.ts'
import type { Probe } from './soak-probe.ts'

const minutes = Number(process.env['SOAK_MINUTES'] ?? 20)
const probeMs = 2_000
const limitSeconds = 10
const callers = 32
const people = 2_000
const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'
const secret = 'a benchmark secret of more than thirty-two bytes'
const key = new TextEncoder().encode(secret)
const shop = await readFile(new URL('../../flows/shop.json', import.meta.url), 'utf8')

const tokens = new Map<string, Promise<string>>()
const sign = (userId: string): Promise<string> =>
  new SignJWT({ role: 'owner', market: 'FR' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime('48h')
    .sign(key)

/** Of those who come again; who comes once leaves nothing here. */
const tokenOf = (userId: string): Promise<string> => {
  const known = tokens.get(userId) ?? sign(userId)
  tokens.set(userId, known)
  return known
}

const json = (bearer: string): Record<string, string> => ({
  authorization: `Bearer ${bearer}`,
  'content-type': 'application/json',
})

/** Of ten requests six read, two ask at a gate, one does a step for the first time, one tells an event. */
const mix = () => {
  let n = 0
  return async (): Promise<Request> => {
    const turn = n++
    const userId = `soak-${turn % people}`
    switch (turn % 10) {
      case 7:
        return {
          method: 'PATCH',
          path: '/api/onboarding/steps/email_verification',
          headers: json(await sign(`new-${turn}`)),
          body: '{"status":"done"}',
        }
      case 8: {
        const event = { type: 'track', userId, event: 'shop.viewed', messageId: `event-${turn}` }
        return { method: 'POST', path: '/api/events', headers: json(apiKey), body: JSON.stringify(event) }
      }
      case 3:
      case 9: {
        const body = JSON.stringify({ userId, steps: ['theme'], route: '/publish' })
        return { method: 'POST', path: '/api/gates/check', headers: json(apiKey), body }
      }
      default:
        return { method: 'GET', path: '/api/onboarding', headers: json(await tokenOf(userId)) }
    }
  }
}

const post = async (address: string, path: string, body: string): Promise<void> => {
  const response = await fetch(address + path, { method: 'POST', headers: json(apiKey), body })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

/** Least squares. */
const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))]
  const across = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0)
  return points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / across
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)

/** Megabytes an hour. */
const growth = (probes: readonly Probe[], what: 'rss' | 'heap'): string =>
  `${(slopeOf(probes.map((probe) => [probe.at / 3600, probe[what]])) / 2 ** 20).toFixed(2)} MB/h`

const latencies = (asked: readonly Asked[], from: number, to: number): string => {
  const took = asked.filter(({ at }) => at >= from && at < to).map(({ tookMs }) => tookMs)
  return `${percentile(took, 0.5).toFixed(1)} / ${percentile(took, 0.99).toFixed(1)} ms`
}

const outcomes = (asked: readonly Asked[]): string =>
  Object.entries(Object.groupBy(asked, ({ status }) => String(status)))
    .map(([status, all]) => `${status === '0' ? 'none' : status}: ${all?.length.toLocaleString('en')}`)
    .join(', ')

export const soak = async (): Promise<string[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-soak-'))
  const file = join(folder, 'probes')
  const postgres = await startPostgres({ flavour: 'debian-15' })
  const redis = process.env['REDIS_URL']
  const boardwalk = await startBoardwalk({
    DATABASE_URL: postgres.url,
    BOARDWALK_SCHEMA: 'soak',
    BOARDWALK_JWT_SECRET: secret,
    BOARDWALK_API_KEY: apiKey,
    NODE_OPTIONS: `--no-warnings --import ${new URL('./soak-probe.ts', import.meta.url).href}`,
    SOAK_PROBE_FILE: file,
    SOAK_PROBE_MS: String(probeMs),
    ...(redis !== undefined && { REDIS_URL: redis }),
  })
  const { address, pid } = boardwalk
  await post(address, '/api/admin/flows', shop)
  await post(address, '/api/admin/flows/shop/versions/1/publish', '{}')
  const next = mix()
  const limit = await limitOf(address, callers, limitSeconds, next)
  const rate = Math.max(1, Math.floor(Number(process.env['SOAK_RATE'] ?? limit / 2)))
  const descriptors = async (): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length
  const begun = Date.now()
  const open: number[] = [await descriptors()]
  const counting = setInterval(() => void descriptors().then((count) => open.push(count)), probeMs)
  const asked = await askSteadily(address, rate, minutes * 60, next)
  clearInterval(counting)
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  const all = lines.map((line) => JSON.parse(line) as Probe)
  const last = all.at(-1)?.at ?? 0
  const took = (Date.now() - begun) / 1000
  // Code is compiled and pools are filled in the first tenth, at least half a minute where there is so much.
  const warm = last - took + Math.min(took / 2, Math.max(30, took / 10))
  const probes = all.filter(({ at }) => at > warm)
  const [first, end] = [probes[0], probes.at(-1)]
  if (first === undefined || end === undefined) throw new Error('The server told nothing: soak for longer')
  await boardwalk.stop()
  await postgres.stop()
  await rm(folder, { recursive: true })
  const third = (minutes * 60) / 3
  const p99s = probes.map(({ delayP99Ms }) => delayP99Ms)
  return [
    '| figure | value |',
    '|---|---|',
    `| time | ${minutes} min at ${rate} requests/s (limit measured with ${callers} callers: ${Math.round(limit)}/s)${redis === undefined ? '' : ', with Redis'} |`,
    `| answers, by status | ${outcomes(asked)} |`,
    `| latency p50 / p99, first third | ${latencies(asked, 0, third)} |`,
    `| latency p50 / p99, second third | ${latencies(asked, third, 2 * third)} |`,
    `| latency p50 / p99, last third | ${latencies(asked, 2 * third, Infinity)} |`,
    `| memory (RSS) after warming up → at the end | ${megabytes(first.rss)} → ${megabytes(end.rss)} MB, ${growth(probes, 'rss')} |`,
    `| heap after warming up → at the end | ${megabytes(first.heap)} → ${megabytes(end.heap)} MB, ${growth(probes, 'heap')} |`,
    `| open descriptors at first, at most, at the end | ${open[0]}, ${Math.max(...open)}, ${open.at(-1)} |`,
    `| delay of the event loop, median of p50s | ${percentile(
      probes.map(({ delayP50Ms }) => delayP50Ms),
      0.5,
    ).toFixed(1)} ms |`,
    `| delay of the event loop, median and worst of p99s | ${percentile(p99s, 0.5).toFixed(1)} ms, ${percentile(p99s, 1).toFixed(1)} ms |`,
    `| samples | ${probes.length}, one every ${probeMs / 1000} s; slopes by least squares |`,
  ]
}
