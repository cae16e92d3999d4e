import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startFaultProxy, startRedis, type FaultProxy, type RedisServer } from '@boardwalk/store/test-kit'
import { PromptClient } from '../src/redis/prompt-client.ts'
import { openRedis, type SharedRedis } from '../src/redis/open-redis.ts'

type Line = { readonly level: number; readonly event?: string; readonly reason?: string }

let redis: RedisServer
let proxy: FaultProxy
beforeAll(async () => {
  redis = await startRedis()
  proxy = await startFaultProxy({ port: redis.port })
})
afterAll(async () => {
  await proxy.stop()
  await redis.stop()
})
beforeEach(() => proxy.set({ kind: 'none' }))

const opened = async (url: string): Promise<SharedRedis & { lines: Line[]; connected: boolean[] }> => {
  const lines: Line[] = []
  const connected: boolean[] = []
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line) as Line) })
  const onConnected = (isConnected: boolean): void => void connected.push(isConnected)
  return { ...(await openRedis({ url, schema: 'of_a_test', log, onConnected })), lines, connected }
}

const events = (lines: readonly Line[]): unknown[] => lines.map(({ event }) => event)

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await sleep(5)
}

test('answers, under keys of this Boardwalk', async () => {
  const shared = await opened(redis.url)
  expect([shared.isAway(), shared.connected, shared.keyPrefix]).toEqual([
    false,
    [true],
    'boardwalk:of_a_test:',
  ])
  await shared.client.set(`${shared.keyPrefix}a`, 'b')
  expect(await shared.client.get(`${shared.keyPrefix}a`)).toBe('b')
  shared.close()
  expect(shared.lines).toEqual([])
})

test.each(['refuse', 'reset', 'blackhole'] as const)(
  'that is away (%s) rejects, is told once, and comes back',
  async (kind) => {
    const shared = await opened(`redis://127.0.0.1:${proxy.port}`)
    await proxy.set({ kind })
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => shared.client.get('a')))
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set(['rejected']))
    await until(shared.isAway)
    // Several tries to come back fail meanwhile.
    await sleep(500)
    await expect(shared.client.get('a')).rejects.toThrow(/isn't writeable/)
    expect(events(shared.lines)).toEqual(['onboarding.redis_away'])
    await proxy.set({ kind: 'none' })
    await until(() => !shared.isAway())
    expect(await shared.client.get('nothing')).toBeNull()
    expect(events(shared.lines)).toEqual(['onboarding.redis_away', 'onboarding.redis_back'])
    expect(shared.connected).toEqual([true, false, true])
    shared.close()
  },
)

test('that lets connections in and falls silent again is known by how often it did', async () => {
  const admin = new PromptClient(redis.url, 5_000, {})
  const client = new PromptClient(redis.url, 50, { maxRetriesPerRequest: 0, retryStrategy: () => 1 })
  client.on('error', () => undefined)
  await Promise.all([admin.connect(), client.connect()])
  expect([await client.set('a', 'b'), client.givenUpInARow]).toEqual(['OK', 0])
  // As while it fails over: what only reads is answered, so that a connection comes to stand.
  await admin.call('CLIENT', 'PAUSE', '60000', 'WRITE')
  for (const times of [1, 2, 3]) {
    await until(() => client.status === 'ready')
    const asked = await Promise.allSettled([client.set('a', 'b'), client.set('a', 'c')])
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(client.givenUpInARow).toBe(times)
  }
  await admin.call('CLIENT', 'UNPAUSE')
  client.disconnect()
  admin.disconnect()
})

test('that has become a replica is left, and says why, until it takes writes again', async () => {
  const own = await startRedis()
  const admin = new PromptClient(own.url, 5_000, {})
  await admin.connect()
  const shared = await opened(own.url)
  await admin.call('REPLICAOF', '127.0.0.1', String(redis.port))
  const asked = await Promise.allSettled([shared.client.set('a', 'b'), shared.client.set('a', 'c')])
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await until(shared.isAway)
  expect(shared.lines).toMatchObject([
    { event: 'onboarding.redis_away', reason: 'it is a replica, which takes no writes' },
  ])
  await admin.call('REPLICAOF', 'NO', 'ONE')
  await until(() => !shared.isAway())
  expect(await shared.client.set('a', 'd')).toBe('OK')
  shared.close()
  admin.disconnect()
  await own.stop()
})

test('that falls silent costs one deadline: what came after it does not wait for its own', async () => {
  const shared = await opened(`redis://127.0.0.1:${proxy.port}`)
  await proxy.set({ kind: 'blackhole' })
  const first = shared.client.get('a').catch(String)
  await sleep(60)
  let second: string | undefined
  shared.client.get('b').catch((error: unknown) => (second = String(error)))
  expect(await first).toBeDefined()
  await new Promise(setImmediate)
  expect([second === undefined, shared.isAway()]).toEqual([false, true])
  shared.close()
})

test('a pause of this process is not taken for silence', async () => {
  const shared = await opened(redis.url)
  const asked = shared.client.get('nothing')
  // Its answer comes while nobody reads.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  expect(await asked).toBeNull()
  expect([shared.isAway(), shared.lines]).toEqual([false, []])
  shared.close()
})

describe('nobody at the address', () => {
  test('is no reason not to start', async () => {
    const nobody = await startFaultProxy({ port: redis.port })
    await nobody.set({ kind: 'refuse' })
    const shared = await opened(`redis://127.0.0.1:${nobody.port}`)
    expect([shared.isAway(), shared.connected, events(shared.lines)]).toEqual([
      true,
      [false],
      ['onboarding.redis_away'],
    ])
    await nobody.set({ kind: 'none' })
    await until(() => !shared.isAway())
    shared.close()
    await nobody.stop()
  })

  test('a password that is refused is in no log', async () => {
    const admin = await opened(redis.url)
    await admin.client.config('SET', 'requirepass', 'the right one')
    const shared = await opened(`redis://:hunter2@127.0.0.1:${redis.port}`)
    expect(shared.isAway()).toBe(true)
    expect(shared.lines.map(({ event, reason }) => [event, reason?.split(' ')[0]])).toEqual([
      ['onboarding.redis_away', 'WRONGPASS'],
    ])
    expect(JSON.stringify(shared.lines)).not.toContain('hunter2')
    await admin.client.config('SET', 'requirepass', '')
    shared.close()
    admin.close()
  })
})
