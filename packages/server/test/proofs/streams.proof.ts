import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachPostgres, freshSchema } from '@boardwalk/store/test-kit'
import { flowFile, tokenOf } from '../open-house.ts'
import { openStream, type OpenStream } from '../open-stream.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const people = 200
const atOnce = 10
const generous = { interval: 20 }

const quantile = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN)

const summary = (delays: readonly number[]): string => {
  const sorted = [...delays].sort((a, b) => a - b)
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(sorted, share))
  return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms (n=${sorted.length})`
}

forEachPostgres((name, url) => {
  let servers: [ServerProcess, ServerProcess]
  const streams = new Map<string, OpenStream>()
  const claims = (userId: string) => ({ role: 'owner', market: 'FR', account: `account of ${userId}` })
  const serverFor = (index: number): ServerProcess => servers[index % 2 === 0 ? 0 : 1]

  beforeAll(async () => {
    const settings = { DATABASE_URL: url, BOARDWALK_SCHEMA: freshSchema() }
    servers = [await startServer(settings), await startServer(settings)]
    await publishFlow(servers[0].server, flowFile('shop'))
  })
  afterAll(() => Promise.all(servers.map((server) => server.stop())))

  test(`${people} streams in two processes: every change made in the other one is seen`, async () => {
    const ids = Array.from({ length: people }, (_, index) => `listener-${index}`)
    for (const [index, userId] of ids.entries()) {
      const person = await serverFor(index).person(userId, claims(userId))
      await person('GET', '/api/onboarding')
      const token = await tokenOf(userId, claims(userId))
      streams.set(userId, await openStream(serverFor(index).address, token))
    }
    const counts = (): number[] => [...streams.values()].map(({ changes }) => changes())
    await expect.poll(() => Math.min(...counts()), generous).toBe(1)
    // Lets what the first readings brought arrive, so that it is not taken for a change.
    await sleep(3_000)
    const delays: number[] = []
    const change = async (index: number): Promise<void> => {
      const userId = ids[index]!
      const stream = streams.get(userId)!
      const before = stream.changes()
      const person = await serverFor(index + 1).person(userId, claims(userId))
      expect((await person('PATCH', '/api/onboarding/steps/theme', { status: 'done' })).status).toBe(200)
      const acknowledged = performance.now()
      await expect.poll(stream.changes, generous).toBeGreaterThan(before)
      delays.push(stream.changedAt() - acknowledged)
    }
    for (let first = 0; first < people; first += atOnce)
      await Promise.all(Array.from({ length: atOnce }, (_, offset) => change(first + offset)))
    console.log(`${name}, from acknowledgement to message: ${summary(delays)}`)
  })

  test('a publication is seen by all', async () => {
    const before = new Map([...streams].map(([userId, { changes }]) => [userId, changes()]))
    await publishFlow(servers[0].server, { ...flowFile('shop'), priority: 7 })
    const published = performance.now()
    await expect
      .poll(() => [...streams].every(([id, { changes }]) => changes() > before.get(id)!), generous)
      .toBe(true)
    const delays = [...streams.values()].map(({ changedAt }) => changedAt() - published)
    console.log(`${name}, from publication to message: ${summary(delays)}`)
  })

  test('SIGTERM ends the streams of one process, which is gone at once; those of the other stay', async () => {
    const asked = performance.now()
    const gone = once(servers[0].process, 'exit')
    servers[0].process.kill('SIGTERM')
    const ended = [...streams.values()].filter((_, index) => index % 2 === 0).map((stream) => stream.ended)
    expect(new Set(await Promise.all(ended))).toEqual(new Set(['ended']))
    expect((await gone)[0]).toBe(0)
    console.log(
      `${name}, from SIGTERM to the end of the process: ${Math.round(performance.now() - asked)} ms`,
    )
    const stays = streams.get('listener-1')!
    const before = stays.changes()
    const person = await servers[1].person('listener-1', claims('listener-1'))
    await person('PATCH', '/api/onboarding/steps/product', { status: 'done' })
    await expect.poll(stays.changes, generous).toBeGreaterThan(before)
    for (const { hangUp } of streams.values()) hangUp()
  })
})
