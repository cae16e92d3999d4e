import { createServer } from 'node:http'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase, type OpenDatabase } from '@boardwalk/store/test-kit'
import { listen, type BoardwalkOptions } from '../src/index.ts'
import { eventStream } from '../src/streams/event-stream.ts'
import { openHouse, tokenOf, type House } from './open-house.ts'
import { openStream, type OpenStream } from './open-stream.ts'

const generous = { interval: 20 }

type Open = House & { readonly address: string; readonly stop: () => Promise<void> }

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const openOn = async (database: Database, options: Partial<BoardwalkOptions> = {}): Promise<Open> => {
  const house = await openHouse(database, options)
  const listening = await listen(house.boardwalk.fetch, { port: 0, host: '127.0.0.1' })
  closing.push(listening.stop, house.boardwalk.stop)
  return { ...house, ...listening }
}

const gauge = async ({ server }: House): Promise<number> =>
  Number(/^onboarding_streams (\d+)$/m.exec((await server('GET', '/metrics')).body)?.[1])

const listenTo = async (address: string, userId: string): Promise<OpenStream> => {
  const stream = await openStream(address, await tokenOf(userId))
  closing.push(async () => stream.hangUp())
  return stream
}

/** The database, and how often marks were read on it; `deaf`: whatever it should announce is lost. */
const watched = (database: Database, deaf = false): { database: Database; reads: () => number } => {
  let reads = 0
  const query: Database['query'] = async (statement, values) => {
    if (statement.name === 'read_marks') reads += 1
    if (deaf && statement.name === 'announce') return []
    return database.query(statement, values)
  }
  return { database: { ...database, query }, reads: () => reads }
}

const suite = (_: string, open: OpenDatabase): void => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  test('whoever hangs up leaves nothing behind, in many rounds', async () => {
    const house = await openOn(database)
    for (let round = 0; round < 10; round++) {
      const streams = await Promise.all(
        Array.from({ length: 15 }, (_, index) => listenTo(house.address, `person ${index}`)),
      )
      expect(await gauge(house)).toBe(15)
      streams.forEach(({ hangUp }) => hangUp())
      await expect.poll(() => gauge(house), generous).toBe(0)
    }
  })

  test('also through a host on node:http', async () => {
    const house = await openOn(database)
    const server = createServer(house.boardwalk.listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(async () => server.close())
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const stream = await listenTo(address, 'mounted')
    await expect.poll(stream.changes, generous).toBe(1)
    await house.server('PUT', '/api/users/mounted', { plan: 'team' })
    await expect.poll(stream.changes, generous).toBe(2)
    stream.hangUp()
    await expect.poll(() => gauge(house), generous).toBe(0)
  })

  test('HEAD opens nothing', async () => {
    const house = await openOn(database)
    const authorization = `Bearer ${await tokenOf('head')}`
    const response = await fetch(`${house.address}/api/onboarding/stream`, {
      method: 'HEAD',
      headers: { authorization },
    })
    expect([response.status, await gauge(house)]).toEqual([200, 0])
  })

  test('a person holds twenty, whoever comes then is refused until one ends', async () => {
    const house = await openOn(database)
    const streams = await Promise.all(Array.from({ length: 20 }, () => listenTo(house.address, 'many')))
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200))
    const person = await house.person('many')
    const refused = await person('GET', '/api/onboarding/stream')
    expect(refused).toMatchObject({ status: 429, body: { error: 'too_many_streams' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await listenTo(house.address, 'somebody else')).status).toBe(200)
    streams[0]?.hangUp()
    await expect.poll(async () => (await listenTo(house.address, 'many')).status, generous).toBe(200)
  })

  test('the process holds as many as it is told, also when all come at once', async () => {
    const house = await openOn(database, { streams: { total: 5 } })
    const streams = await Promise.all(
      Array.from({ length: 9 }, (_, index) => listenTo(house.address, `person ${index}`)),
    )
    const statuses = streams.map(({ status }) => status)
    expect([statuses.filter((status) => status === 200).length, await gauge(house)]).toEqual([5, 5])
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
  })

  test('keeps connections alive, and drops whoever does not read', async () => {
    const house = await openOn(database, { streams: { keepAliveMs: 60 } })
    const stream = await listenTo(house.address, 'reads')
    await expect.poll(stream.keepAlives, generous).toBeGreaterThan(3)
    const headers = { authorization: `Bearer ${await tokenOf('does not read')}` }
    const request = new Request('http://boardwalk.test/api/onboarding/stream', { headers })
    const { body } = await house.boardwalk.fetch(request)
    await expect.poll(() => gauge(house), generous).toBe(1)
    await expect(body?.getReader().read()).rejects.toThrow('did not read')
  })

  test('ends when the token does, so that the client comes back with a new one', async () => {
    let ahead = 0
    const house = await openOn(database, { clock: () => Date.now() + ahead })
    const token = await tokenOf('expires', {}, '1h')
    // Seconds before nobody would take the token any more, by the server's clock.
    ahead = 3_600_000 + 30_000 - 3_000
    const stream = await openStream(house.address, token)
    expect([stream.status, await stream.ended]).toEqual([200, 'ended'])
    expect(await gauge(house)).toBe(0)
  })

  test('draining ends all, opens no more, and the process can stop at once', async () => {
    const house = await openOn(database)
    const streams = await Promise.all(['a', 'b', 'c'].map((userId) => listenTo(house.address, userId)))
    house.boardwalk.drain()
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(['ended', 'ended', 'ended'])
    const refused = await (await house.person('d'))('GET', '/api/onboarding/stream')
    expect(refused).toMatchObject({ status: 503, body: { error: 'SERVICE_UNAVAILABLE' } })
    expect(refused.headers.get('retry-after')).toBe('1')
    // Neither a connection kept for later nor one opened ahead may hold the process until both are cut off, 30 s later.
    const { hostname, port } = new URL(house.address)
    const ahead = connect(Number(port), hostname)
    await once(ahead, 'connect')
    const held = sleep(20_000, 'held', { ref: false })
    expect(await Promise.race([house.stop().then(() => 'stopped'), held])).toBe('stopped')
  })

  test('a host that stops Boardwalk ends them too', async () => {
    const house = await openOn(database)
    const stream = await listenTo(house.address, 'stopped')
    await house.boardwalk.stop()
    expect(await stream.ended).toBe('ended')
  })

  test('while nobody listens, nothing is read', async () => {
    const { reads, ...counting } = watched(database)
    const house = await openOn(counting.database)
    const stream = await listenTo(house.address, 'leaves')
    stream.hangUp()
    await expect.poll(() => gauge(house), generous).toBe(0)
    const before = reads()
    await house.server('PUT', '/api/users/leaves', { plan: 'team' })
    await sleep(2_500)
    expect(reads()).toBe(before)
  })

  test('a lost notice makes it later, not lost', async () => {
    const house = await openOn(watched(database, true).database)
    const stream = await listenTo(house.address, 'patient')
    await expect.poll(stream.changes, generous).toBe(1)
    await house.server('PUT', '/api/users/patient', { plan: 'team' })
    await expect.poll(stream.changes, generous).toBe(2)
  })
}

forEachDatabase(suite)

test('a slow client finds one message, however many there were', async () => {
  const stream = eventStream(60_000, () => {})
  const reader = stream.body.getReader()
  const text = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value)
  expect(await text()).toBe('retry: 1000\nevent: changed\ndata: {}\n\n')
  for (let change = 0; change < 1000; change++) stream.tellChanged()
  expect(await text()).toBe('event: changed\ndata: {}\n\n')
  stream.tellChanged()
  stream.end()
  expect(await text()).toBe('event: changed\ndata: {}\n\n')
  expect((await reader.read()).done).toBe(true)
})
