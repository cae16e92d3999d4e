import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { forEachDatabase, startFaultProxy, startRedis, type FaultProxy } from '@boardwalk/store/test-kit'
import { openCachedHouses, tellingFlow, type CachedHouses } from './cached-houses.ts'

forEachDatabase((_, open) => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let proxy: FaultProxy
  let client: Redis
  let houses: CachedHouses
  beforeAll(async () => {
    redis = await startRedis()
    proxy = await startFaultProxy({ port: redis.port })
    client = new Redis(redis.url)
    houses = await openCachedHouses(open, `redis://127.0.0.1:${proxy.port}`)
    await houses.plain.server('PUT', '/api/accounts/shop.1', { attributes: { flow: 'telling' } })
    await houses.plain.publish(tellingFlow('telling', houses.clock.now))
  })
  afterAll(async () => {
    await houses.stop()
    client.disconnect()
    await proxy.stop()
    await redis.stop()
  })

  let people = 0
  let reading: { userId: string; language: string }
  beforeEach(async () => {
    reading = { userId: `ada${++people}.1`, language: 'en' }
    await client.flushall()
  })
  afterEach(() => proxy.set({ kind: 'none' }))

  const keys = (): Promise<string[]> => client.keys('*:answer:*')
  const counted = async (outcome: string): Promise<number> => (await houses.outcomes())[outcome] ?? 0
  const read = (index: 0 | 1): Promise<string> => houses.read(houses.cached[index], reading)
  /** The first reading enrols, the second is kept. */
  const known = async (): Promise<string> => {
    await read(0)
    await read(0)
    await expect.poll(keys).toHaveLength(1)
    return (await keys())[0]!
  }

  test('what one process has answered another needs not work out', async () => {
    await known()
    const before = await counted('shared')
    expect(await read(1)).toBe(await read(0))
    expect(await counted('shared')).toBe(before + 1)
  })

  test('keys and lifetimes say nothing of who it is, and end', async () => {
    const key = await known()
    expect(key).toMatch(/^boardwalk:test_\w+:answer:[\w-]{43}$/)
    const left = await client.pttl(key)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(300_000)
  })

  test.each<[string, (value: string, key: string) => Promise<unknown>]>([
    ['is cut off', (value, key) => client.set(key, value.slice(0, -3))],
    ['is changed', (value, key) => client.set(key, value.replace('Logo', 'Lego'))],
    [
      'has only a mark that is changed',
      (value, key) => client.set(key, value.replace(/"from":\d/, '"from":0')),
    ],
    ['is no answer at all', (_value, key) => client.set(key, 'null')],
    ['is empty', (_value, key) => client.set(key, '')],
    ['is no text', async (_value, key) => [await client.del(key), await client.lpush(key, 'x')]],
  ])('a value that %s is ignored', async (_case, damage) => {
    const key = await known()
    await damage((await client.get(key)) ?? '', key)
    const before = await counted('shared')
    expect(await read(1)).toBe(await read(0))
    expect(await counted('shared')).toBe(before)
  })

  test('the value of another person is ignored', async () => {
    const key = await known()
    const value = (await client.get(key)) ?? ''
    await client.flushall()
    reading = { ...reading, userId: `eve${people}.1` }
    const other = await known()
    expect(other).not.toBe(key)
    await client.set(other, value)
    const before = await counted('shared')
    expect(await read(1)).toBe(await read(0))
    expect(await counted('shared')).toBe(before)
  })

  test('whoever is erased leaves no answer behind, neither their own nor in those of their colleagues', async () => {
    const colleague = { ...reading, userId: `bob${people}.1` }
    await known()
    const me = await houses.as(houses.cached[0], reading.userId)
    expect(await me('PATCH', '/api/onboarding/steps/domain', { status: 'done' })).toMatchObject({
      status: 200,
    })
    await read(0)
    await houses.read(houses.cached[0], colleague)
    await expect.poll(() => houses.read(houses.cached[0], colleague)).toContain(reading.userId)
    await expect
      .poll(async () => (await client.mget(await keys())).join(''))
      .toMatch(/completedBy.*completedBy/s)
    await houses.cached[1].server('DELETE', `/api/users/${reading.userId}`)
    expect(await keys()).toEqual([])
    expect(await houses.read(houses.cached[0], colleague)).not.toContain(reading.userId)
  })

  test('a tag of an answer that is kept is the tag of the same text', async () => {
    await known()
    const me = await houses.as(houses.cached[0], reading.userId)
    const etag = (await me('GET', '/api/onboarding')).headers.get('etag') ?? ''
    const before = await counted('hit')
    const same = await me('GET', '/api/onboarding', undefined, { 'if-none-match': etag })
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([304, '', etag])
    expect(await counted('hit')).toBe(before + 1)
    await me('PATCH', '/api/onboarding/steps/logo', { status: 'done' })
    expect(await me('GET', '/api/onboarding', undefined, { 'if-none-match': etag })).toMatchObject({
      status: 200,
    })
  })

  test('a reading in another market is made anew each time', async () => {
    await known()
    const me = await houses.as(houses.cached[0], reading.userId)
    const before = await houses.outcomes()
    await me('GET', '/api/onboarding?market=DE')
    expect(await houses.outcomes()).toEqual(before)
  })

  test('without Redis all goes on, and each process keeps what it answered itself', async () => {
    await known()
    await proxy.set({ kind: 'blackhole' })
    for (const index of [0, 1, 0, 1] as const) expect(await read(index)).toBe(await read(0))
    await houses.expectTruth(reading)
    const me = await houses.as(houses.cached[1], reading.userId)
    await me('PATCH', '/api/onboarding/steps/logo', { status: 'done' })
    await houses.expectTruth(reading)
  })
})
