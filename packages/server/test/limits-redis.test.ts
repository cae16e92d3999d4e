import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { openDatabase, type Database } from '@boardwalk/store'
import { startFaultProxy, startRedis, type FaultProxy, type RedisServer } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type Call, type House } from './open-house.ts'

const quota = 10
const limits = { requestsPerMinute: quota, stepUpdatesPerMinute: quota, snoozesPerDay: quota }
/** Only the processes' own time; Redis has its own. */
let now = Date.UTC(2026, 0, 5, 9)

let database: Database
let redis: RedisServer
let proxy: FaultProxy
beforeAll(async () => {
  database = await openDatabase({})
  redis = await startRedis()
  proxy = await startFaultProxy({ port: redis.port })
})
const houses: House[] = []
afterEach(async () => {
  for (const { boardwalk } of houses.splice(0)) await boardwalk.stop()
})
afterAll(async () => {
  await proxy.stop()
  await redis.stop()
  await database.close()
})

/** So many processes on one database and one Redis. */
const processes = async (count: number, url: string, write?: (line: string) => void): Promise<House[]> => {
  const log = write && { log: pino({ base: null }, { write }) }
  const all: House[] = []
  for (let index = 0; index < count; index++)
    all.push(await openHouse(database, { limits, redis: { url }, clock: () => now, ...log }))
  houses.push(...all)
  await all[0]?.publish(flowFile('shop'))
  return all
}

/** How many of so many requests that come together pass. */
const passing = async (count: number, call: Call): Promise<number> => {
  const all = await Promise.all(Array.from({ length: count }, () => call('GET', '/api/onboarding')))
  const statuses = all.map(({ status }) => status)
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
  return statuses.filter((status) => status === 200).length
}

const isConnected = async ({ server }: House): Promise<boolean> =>
  /^boardwalk_redis_connected 1$/m.test((await server('GET', '/metrics')).body as string)

const connected = (house: House, is: boolean): Promise<void> => expect.poll(() => isConnected(house)).toBe(is)

test('two processes share a limit', async () => {
  const [one, two] = await processes(2, redis.url)
  const [here, there] = [await one!.person('ada'), await two!.person('ada')]
  expect(await passing(4, here)).toBe(4)
  const told = await there('GET', '/api/onboarding')
  expect(told.headers.get('ratelimit')).toMatch(new RegExp(`^"requests";r=${quota - 5};t=(59|60)$`))
  const both = await Promise.all([passing(20, here), passing(20, there)])
  expect(both[0] + both[1]).toBe(quota - 5)
  const refused = await here('GET', '/api/onboarding')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await passing(1, await two!.person('bob'))).toBe(1)
})

test('Redis hears who it was of nobody, and forgets by itself', async () => {
  const [house] = await processes(1, redis.url)
  const carol = await house!.person('carol@shop.example')
  await carol('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
  await carol('POST', '/api/onboarding/nudge/snooze')
  const client = new Redis(redis.url)
  const keys = await client.keys('*:limit:*')
  expect(keys.length).toBeGreaterThan(1)
  expect(
    keys.filter((key) => !/^boardwalk:\w+:limit:(requests|step_updates|snoozes):[\w-]{43}$/.test(key)),
  ).toEqual([])
  for (const key of keys) {
    const left = await client.pttl(key)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(key.includes(':snoozes:') ? 86_400_000 : 60_000)
  }
  client.disconnect()
})

test('people of one id in two databases have nothing to do with each other', async () => {
  const [here] = await processes(1, redis.url)
  const elsewhere = await openDatabase({})
  const there = await openHouse(elsewhere, { limits, redis: { url: redis.url }, clock: () => now })
  expect(await passing(30, await here!.person('ivan'))).toBe(quota)
  expect(await passing(30, await there.person('ivan'))).toBe(quota)
  await there.boardwalk.stop()
  await elsewhere.close()
})

test('a user with just the rights that the guide names is refused nothing', async () => {
  const guide = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8')
  const [, named = ''] = /signs in as needs ([^]+?);/.exec(guide) ?? []
  const commands = [...named.matchAll(/`([A-Z]+)`/g)].map(([, command = '']) => `+${command.toLowerCase()}`)
  const admin = new Redis(redis.url)
  await admin.acl('SETUSER', 'guided', 'on', '>secret', '~boardwalk:*', ...commands)
  const [house] = await processes(1, `redis://guided:secret@127.0.0.1:${redis.port}`)
  const kept = async (): Promise<number> => (await admin.keys('*:answer:*')).length
  const before = await kept()
  const judy = await house!.person('judy')
  expect((await judy('POST', '/api/onboarding/nudge/snooze')).status).toBe(200)
  // Who finds Redis slow keeps nothing there.
  await expect
    .poll(
      async () => {
        await passing(1, judy)
        return kept()
      },
      { interval: 500 },
    )
    .toBe(before + 1)
  expect((await house!.server('DELETE', '/api/users/judy')).status).toBeLessThan(300)
  expect(await kept()).toBe(before)
  const refused = (await admin.acl('LOG')) as unknown[][]
  expect(refused.filter((entry) => entry.includes('guided'))).toEqual([])
  admin.disconnect()
})

test('Redis that dies within a minute leaves each process one quota, and what it knew', async () => {
  const own = await startRedis()
  const [one, two] = await processes(2, own.url)
  const [here, there] = [await one!.person('dora'), await two!.person('dora')]
  expect(await passing(8, here)).toBe(8)
  await own.stop()
  await Promise.all([connected(one!, false), connected(two!, false)])
  // This one saw eight; the other saw nothing of them.
  expect(await passing(30, here)).toBe(quota - 8)
  expect(await passing(30, there)).toBe(quota)

  const again = await startRedis({ port: own.port })
  await Promise.all([connected(one!, true), connected(two!, true)])
  // It has forgotten everything; they have not.
  expect(await passing(30, here)).toBe(0)
  expect(await passing(30, there)).toBe(0)
  now += 60_000
  const both = await Promise.all([passing(30, here), passing(30, there)])
  expect(both[0] + both[1]).toBe(quota)
  await again.stop()
})

test('Redis that falls silent keeps nobody from an answer, nor lets more through', async () => {
  const lines: string[] = []
  const [house] = await processes(1, `redis://127.0.0.1:${proxy.port}`, (line) => lines.push(line))
  const eve = await house!.person('eve')
  expect(await passing(3, eve)).toBe(3)
  await proxy.set({ kind: 'blackhole' })
  expect(await passing(30, eve)).toBe(quota - 3)
  await connected(house!, false)
  expect(await passing(30, await house!.person('fred'))).toBe(quota)
  await proxy.set({ kind: 'none' })
  await connected(house!, true)
  expect(await passing(30, eve)).toBe(0)
  const told = lines.map((line) => (JSON.parse(line) as { event?: string }).event)
  expect(told.filter((event) => event?.startsWith('onboarding.redis'))).toEqual([
    'onboarding.redis_away',
    'onboarding.redis_back',
  ])
  expect(told).not.toContain('onboarding.limit_not_shared')
})

test('Redis that is there and will not count is told of, and each process counts by itself', async () => {
  const admin = new Redis(redis.url)
  await admin.acl('SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+info', '+client')
  const lines: string[] = []
  const url = `redis://reader:secret@127.0.0.1:${redis.port}`
  const [house] = await processes(1, url, (line) => lines.push(line))
  expect(await isConnected(house!)).toBe(true)
  expect(await passing(30, await house!.person('gina'))).toBe(quota)
  const told = lines.map((line) => JSON.parse(line) as { event?: string; reason?: string; limit?: string })
  const shown = told.filter(({ event }) => event === 'onboarding.limit_not_shared')
  expect(shown.map(({ limit, reason }) => [limit, reason?.split(' ')[0]])).toEqual([['requests', 'NOPERM']])
  expect(JSON.stringify(told)).not.toContain('secret')
  admin.disconnect()
})

test('nobody at the address of Redis: limits hold in this process from the first request on', async () => {
  await proxy.set({ kind: 'refuse' })
  const [house] = await processes(1, `redis://127.0.0.1:${proxy.port}`)
  expect(await passing(30, await house!.person('hugo'))).toBe(quota)
  expect(await isConnected(house!)).toBe(false)
  await proxy.set({ kind: 'none' })
})
