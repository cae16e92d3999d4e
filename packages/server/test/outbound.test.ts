import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { createOutbound, type Address, type Resolve } from '../src/outbound/outbound.ts'
import { forbiddenUrls } from './forbidden-urls.ts'
import { flowFile, openHouse } from './open-house.ts'
import { answering, startReceiver } from './receiver.ts'

const admin = '/api/admin/webhooks'
const wait = { interval: 50 }
const four = (address: string): Address => ({ address, family: 4 })
// Unreachable from anywhere, but not one of those that are refused.
const farAway: Address = { address: '2a00::1', family: 6 }

/** Every name leads here, unless it is said to be public. */
const resolve: Resolve = (host) =>
  Promise.resolve(
    host === 'public.test'
      ? [farAway]
      : host === 'mixed.test'
        ? [farAway, four('10.0.0.1')]
        : [four('127.0.0.1')],
  )

/** Listens on both loopback addresses and counts who comes. */
const startCanary = async () => {
  const state = { connections: 0 }
  const listen = (host: string, port: number): Promise<Server> =>
    new Promise((done, fail) => {
      const server = createServer((socket) => {
        state.connections += 1
        socket.destroy()
      })
      server.on('error', fail).listen(port, host, () => done(server))
    })
  const first = await listen('127.0.0.1', 0)
  const { port } = first.address() as { port: number }
  // A machine without IPv6 has nothing there to be reached.
  const second = await listen('::1', port).catch(() => undefined)
  return { port, state, stop: () => [first, second].forEach((server) => server?.close()) }
}

forEachDatabase((_, open) => {
  describe('a webhook that leads inside', () => {
    let canary: Awaited<ReturnType<typeof startCanary>>
    beforeAll(async () => void (canary = await startCanary()))
    afterAll(() => canary.stop())

    test('is refused when it is made, changed, tested and sent to, however the address is written', async () => {
      const database = await open()
      const house = await openHouse(database, { webhooks: { resolve, timeoutMs: 2_000 } })
      await house.publish(flowFile('saas'))
      const urls = forbiddenUrls(canary.port)
      expect(urls.length).toBeGreaterThan(190)
      const made = await house.server('POST', admin, { url: 'http://public.test/' })
      expect(made.status).toBe(201)
      for (const url of urls) {
        expect((await house.server('POST', admin, { url })).status, `create ${url}`).toBeOneOf([400, 422])
        const changed = await house.server('PATCH', `${admin}/${made.body.id}`, { url })
        expect(changed.status, `update ${url}`).toBeOneOf([400, 422])
      }
      // As if they had been stored before they were forbidden, or by another hand.
      const store = {
        name: 'store_url',
        text: "insert into webhook (id, url, secret, created_at) values (gen_random_uuid(), $1, 'whsec_AAAA', now()) returning id::text as id",
      }
      const storable = urls.filter((url) => !url.includes('\0'))
      const ids: string[] = []
      for (const url of storable) ids.push((await database.query<{ id: string }>(store, [url]))[0]!.id)
      for (const [n, id] of ids.entries()) {
        const tested = await house.server('POST', `${admin}/${id}/test`)
        expect(tested.body, `test ${storable[n]}`).toMatchObject({ ok: false })
      }
      const me = await house.person('ann', { role: 'owner', attributes: { product: 'saas' } })
      await me('GET', '/api/onboarding')
      const tried = {
        name: 'tried_webhooks',
        text: 'select count(distinct webhook_id)::int as count from delivery where attempts > 0 and last_error is not null',
      }
      await expect
        .poll(async () => (await database.query<{ count: number }>(tried))[0]?.count, wait)
        .toBeGreaterThanOrEqual(storable.length)
      expect(canary.state.connections).toBe(0)
      await house.boardwalk.stop()
    })
  })
})

describe('the client for calls that leave the process', () => {
  const headers = { 'content-type': 'application/json' }

  test('reaches the same listener when it is allowed, by address, by range or by name', async () => {
    const receiver = await startReceiver()
    for (const allow of ['127.0.0.1', '127.0.0.0/8', 'inside.test']) {
      const outbound = createOutbound({ allow: [allow], resolve })
      const sent = await outbound.post(`http://inside.test:${receiver.port}/`, headers, '{}')
      expect(sent, allow).toMatchObject({ kind: 'answered', status: 204 })
      outbound.stop()
    }
    expect(receiver.received).toHaveLength(3)
    await receiver.stop()
  })

  test('looks a name up once and connects to what it checked, though the name leads elsewhere by then', async () => {
    const canary = await startCanary()
    const answers = [[farAway], [four('127.0.0.1')], [four('127.0.0.1')]]
    const changing = vi.fn<Resolve>(() => Promise.resolve(answers.shift() ?? []))
    const outbound = createOutbound({ resolve: changing, timeoutMs: 1_000 })
    expect(await outbound.post(`http://rebind.test:${canary.port}/`, headers, '{}')).toMatchObject({
      kind: 'failed',
    })
    expect(changing).toHaveBeenCalledTimes(1)
    expect(await outbound.post(`http://rebind.test:${canary.port}/`, headers, '{}')).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('not public'),
    })
    expect(canary.state.connections).toBe(0)
    canary.stop()
    outbound.stop()
  })

  test('follows no redirect, knows no proxy and reads no endless answer', async () => {
    const canary = await startCanary()
    const receiver = await startReceiver()
    const inside = `http://127.0.0.1:${canary.port}/`
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    vi.stubEnv('HTTP_PROXY', inside)
    vi.stubEnv('http_proxy', inside)
    const outbound = createOutbound({ allow: ['hooks.test'], resolve, timeoutMs: 1_000 })
    const post = () => outbound.post(`http://hooks.test:${receiver.port}/`, headers, '{}')
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.state.behave = answering(status, { location: inside })
      expect(await post()).toMatchObject({ kind: 'answered', status })
    }
    receiver.state.behave = (_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
      response.on('close', () => clearInterval(timer))
    }
    expect(await post()).toMatchObject({ kind: 'answered', status: 200 })
    receiver.state.behave = (_, response) => void response.writeHead(200).write('x')
    expect(await post()).toEqual({ kind: 'failed', reason: 'timed out' })
    const hanging = createOutbound({ resolve: () => new Promise(() => undefined), timeoutMs: 200 })
    expect(await hanging.post('http://slow.test/', headers, '{}')).toEqual({
      kind: 'failed',
      reason: 'timed out',
    })
    expect(canary.state.connections).toBe(0)
    vi.unstubAllEnvs()
    canary.stop()
    outbound.stop()
    hanging.stop()
    await receiver.stop()
  })

  test('a connection that the receiver closed while it was idle is not taken for a failure', async () => {
    const receiver = await startReceiver()
    const outbound = createOutbound({ allow: ['127.0.0.1'] })
    expect(await outbound.post(receiver.url, headers, '{}')).toMatchObject({ status: 204 })
    receiver.state.behave = (_, response) => {
      receiver.state.behave = answering(204)
      response.socket?.resetAndDestroy()
    }
    expect(await outbound.post(receiver.url, headers, '{}')).toMatchObject({ kind: 'answered', status: 204 })
    expect(receiver.received).toHaveLength(3)
    outbound.stop()
    await receiver.stop()
  })
})
