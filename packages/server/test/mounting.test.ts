import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { buffer, json, text } from 'node:stream/consumers'
import { createGunzip, gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { createBoardwalk } from '../src/index.ts'
import { caller, flowFile, openHouse, tokenOf, type Call, type House } from './open-house.ts'

type Host = { readonly address: string; readonly person: (userId: string) => Promise<Call> }
type Read = IncomingMessage & { body?: unknown; rawBody?: unknown }

const inflate = async (request: Read): Promise<void> => {
  request.body = await json(request.pipe(createGunzip()))
}

forEachDatabase((_, open) => {
  let house: House
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    house = await openHouse(await open())
    await house.publish(flowFile('shop'))
  })
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()))
  })
  afterAll(() => house.boardwalk.stop())

  /** A host on `node:http` that does this with each request. */
  const openHost = async (listener: RequestListener): Promise<Host> => {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return { address, person: async (userId) => caller(fetch, await tokenOf(userId), address) }
  }

  /** A host that reads every body before Boardwalk sees the request. */
  const openReader = (leave: (request: Read) => Promise<void>): Promise<Host> =>
    openHost((incoming, outgoing) => {
      void leave(incoming).then(() => house.boardwalk.listener(incoming, outgoing))
    })

  const done = (person: Call, metadata?: object): ReturnType<Call> =>
    person('PATCH', '/api/onboarding/steps/theme', { status: 'done', ...(metadata && { metadata }) })

  const doneCompressed = async (host: Host, body: object): Promise<number> => {
    const response = await fetch(`${host.address}/api/onboarding/steps/theme`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${await tokenOf('compresses')}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: gzipSync(JSON.stringify(body)),
    })
    return response.status
  }

  const storedMetadata = async (userId: string): Promise<unknown> => {
    const { body } = await house.server('GET', `/api/users/${userId}/export`)
    return body.events.find(
      (event: { stepId?: string; type: string }) =>
        event.type === 'onboarding.step_completed' && event.stepId === 'theme',
    )?.data.metadata
  }

  test('reads the body itself', async () => {
    const host = await openHost(house.boardwalk.listener)
    expect(await done(await host.person('reads'), { colour: 'grün' })).toMatchObject({ status: 200 })
  })

  test('answers HEAD like GET, without the body', async () => {
    const host = await openHost(house.boardwalk.listener)
    const response = await fetch(`${host.address}/health/live`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  test('the host strips its prefix from the URL, as Express does', async () => {
    const host = await openHost((incoming, outgoing) => {
      incoming.url = incoming.url!.replace(/^\/boardwalk/, '') || '/'
      house.boardwalk.listener(incoming, outgoing)
    })
    const person = await host.person('prefixed')
    expect(await person('GET', '/boardwalk/api/onboarding?flow=shop')).toMatchObject({
      status: 200,
      body: { flow: { name: 'shop' } },
    })
    expect(await person('GET', '/boardwalk')).toMatchObject({
      status: 404,
      body: { error: 'route_not_found' },
    })
  })

  test('leaves the global Request and Response to the host', async () => {
    const before = [globalThis.Request, globalThis.Response]
    const host = await openHost(house.boardwalk.listener)
    await done(await host.person('globals'))
    expect(globalThis.Request).toBe(before[0])
    expect(globalThis.Response).toBe(before[1])
  })

  const parsers: [string, (request: Read) => Promise<void>][] = [
    ['parsed', async (request) => void (request.body = await json(request))],
    ['text', async (request) => void (request.body = await text(request))],
    ['bytes', async (request) => void (request.body = await buffer(request))],
    ['raw bytes besides', async (request) => void (request.rawBody = await buffer(request))],
    ['untouched', async () => {}],
    ['untouched, with an empty object for it', async (request) => void (request.body = {})],
  ]

  test.each(parsers)('the host left the body %s', async (name, leave) => {
    const host = await openReader(leave)
    const userId = `parser ${name}`
    const metadata = { colour: 'grün' }
    expect(await done(await host.person(userId), metadata)).toMatchObject({ status: 200 })
    expect(await storedMetadata(userId)).toEqual(metadata)
  })

  test('a body that the host has inflated is no longer taken for compressed', async () => {
    const host = await openReader(inflate)
    expect(await doneCompressed(host, { status: 'done' })).toBe(200)
  })

  test('a body read by somebody who left nothing of it is told in the log, and answered with 500', async () => {
    const host = await openReader(async (request) => void (await text(request)))
    expect(await done(await host.person('lost'))).toMatchObject({ status: 500, body: { error: 'internal' } })
    expect((await (await host.person('lost'))('GET', '/api/onboarding')).status).toBe(200)
  })

  const tooLong = { status: 'done', metadata: { text: 'x'.repeat(512 * 1024) } }
  const longBodies: [string, (request: Read) => Promise<void>][] = [
    ['the body is untouched', async () => {}],
    ['the body is parsed', async (request) => void (request.body = await json(request))],
  ]

  test.each(longBodies)('more than 512 KB are refused when %s', async (_, leave) => {
    const host = await openReader(leave)
    const person = await host.person('long')
    expect(await person('PATCH', '/api/onboarding/steps/theme', tooLong)).toMatchObject({
      status: 413,
      body: { error: 'body_too_large' },
    })
  })

  test('more than 512 KB are refused although they came compressed', async () => {
    const host = await openReader(inflate)
    expect(await doneCompressed(host, tooLong)).toBe(413)
  })

  test('a client that hangs up in the middle of its body takes nobody else with it', async () => {
    const host = await openHost(house.boardwalk.listener)
    const { hostname, port } = new URL(host.address)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    const authorization = `Bearer ${await tokenOf('hangs-up')}`
    socket.write(
      `PATCH /api/onboarding/steps/theme HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"status"',
    )
    await delay(50)
    socket.destroy()
    await delay(50)
    expect((await done(await host.person('stays'))).status).toBe(200)
    const { body } = await (await host.person('hangs-up'))('GET', '/api/onboarding')
    expect(body.steps).toContainEqual(expect.objectContaining({ id: 'theme', status: 'todo' }))
  })

  test('a request that cannot be understood is a problem document', async () => {
    const host = await openHost((incoming, outgoing) => {
      incoming.headers.host = 'a b'
      house.boardwalk.listener(incoming, outgoing)
    })
    const response = await fetch(`${host.address}/health/live`)
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
  })

  test('a Boardwalk that cannot start is a problem document too', async () => {
    const broken = createBoardwalk({
      database: { directory: '/dev/null/nowhere' },
      log: pino({ level: 'silent' }),
    })
    const host = await openHost(broken.listener)
    const response = await fetch(`${host.address}/health/live`)
    expect([response.status, await response.json()]).toMatchObject([500, { error: 'internal' }])
  })
})
