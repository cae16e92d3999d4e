import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operationIds, operationRow, problemDetailsOf, type OperationId } from '@boardwalk/contract'
import { createRequests, routeOf, type Requests, type RequestsOptions, type Sent } from '../src/index.ts'

const readUser = routeOf('getUserOnboarding', 'get', '/api/users/{userId}/onboarding')
const putUser = routeOf('putUser', 'put', '/api/users/{userId}')
const timeline = routeOf('getTimeline', 'get', '/api/admin/people/{userId}/timeline')
const ada = { path: { userId: 'ada' } }

type Got = { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers'] }

let answer: RequestListener
let got: Got[]
let bodies: string[]
let address: string
let stop: () => Promise<void>

beforeAll(async () => {
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    got.push({ method, url, headers })
    buffer(incoming).then(
      (body) => {
        bodies.push(body.toString())
        answer(incoming, outgoing)
      },
      () => {},
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})
afterAll(() => stop())
beforeEach(() => {
  got = []
  bodies = []
  answer = (_, outgoing) => void outgoing.end('{}')
})

const client = (options: RequestsOptions = {}): Requests => createRequests({ url: address, ...options })
const ask = (options?: RequestsOptions): Promise<Sent> => client(options).send(readUser, ada)

const answerWith =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, outgoing) =>
    void outgoing.writeHead(status, headers).end(body)

const json = { 'content-type': 'application/json' }
const problemJson = { 'content-type': 'application/problem+json' }

describe('what comes back', () => {
  const ours = problemDetailsOf('person_not_found', 'Nobody is known by this user id.', 'try-1')
  const foreign = { type: 'about:blank', title: 'Not Found', status: 404, error: 'person_not_found' }
  const rows: readonly (readonly [string, RequestListener, object])[] = [
    [
      'an answer',
      answerWith(200, '{"progress":0}', json),
      { kind: 'answered', status: 200, body: { progress: 0 } },
    ],
    ['an answer without a body', answerWith(204, ''), { kind: 'answered', status: 204, body: null }],
    ['nothing new', answerWith(304, ''), { kind: 'answered', status: 304, body: null }],
    [
      'a problem of ours',
      answerWith(404, JSON.stringify(ours), problemJson),
      { kind: 'refused', status: 404, problem: ours },
    ],
    [
      'a problem of ours, whatever its media type',
      answerWith(404, JSON.stringify(ours)),
      { kind: 'refused', problem: ours },
    ],
    [
      'a problem of another product',
      answerWith(404, JSON.stringify(foreign), problemJson),
      { kind: 'unreached', reason: 'status', status: 404 },
    ],
    [
      'a problem whose code is not its type',
      answerWith(404, JSON.stringify({ ...ours, error: 'conflict' }), problemJson),
      { kind: 'unreached', reason: 'status' },
    ],
    [
      'a problem without a code',
      answerWith(404, JSON.stringify({ ...ours, error: undefined }), problemJson),
      { kind: 'unreached', reason: 'status' },
    ],
    [
      'a problem whose code is no text',
      answerWith(404, JSON.stringify({ ...ours, error: 404, type: 'urn:boardwalk:problem:404' })),
      { kind: 'unreached', reason: 'status' },
    ],
    [
      'HTML from a proxy',
      answerWith(502, '<html>Bad Gateway</html>'),
      { kind: 'unreached', reason: 'garbled', status: 502 },
    ],
    ['an empty 502', answerWith(502, ''), { kind: 'unreached', reason: 'status', status: 502 }],
    ['null with a 500', answerWith(500, 'null'), { kind: 'unreached', reason: 'status', status: 500 }],
    ['a list with a 500', answerWith(500, '[]'), { kind: 'unreached', reason: 'status', status: 500 }],
    [
      'HTML with a 200',
      answerWith(200, '<html>Sign in to the hotel’s Wi-Fi</html>'),
      { kind: 'unreached', reason: 'garbled', status: 200 },
    ],
    ['half of JSON', answerWith(200, '{"progress":'), { kind: 'unreached', reason: 'garbled', status: 200 }],
    ['no body with a 200', answerWith(200, ''), { kind: 'unreached', reason: 'garbled', status: 200 }],
    ['null with a 200', answerWith(200, 'null'), { kind: 'unreached', reason: 'garbled', status: 200 }],
    ['a text with a 200', answerWith(200, '"hello"'), { kind: 'unreached', reason: 'garbled', status: 200 }],
    ['a number with a 200', answerWith(200, '0'), { kind: 'unreached', reason: 'garbled', status: 200 }],
    [
      'a redirect',
      answerWith(302, '', { location: '/elsewhere' }),
      { kind: 'unreached', reason: 'status', status: 302 },
    ],
    [
      'a redirect for good',
      answerWith(308, '', { location: 'http://127.0.0.1:1/' }),
      { kind: 'unreached', reason: 'status', status: 308 },
    ],
    [
      'a connection that is cut',
      (incoming) => void incoming.socket.destroy(),
      { kind: 'unreached', reason: 'network' },
    ],
    [
      'a connection that is reset',
      (incoming) => void incoming.socket.resetAndDestroy(),
      { kind: 'unreached', reason: 'network' },
    ],
    [
      'something that is not HTTP',
      (incoming) => void incoming.socket.end('220 mail.example ESMTP\r\n'),
      { kind: 'unreached', reason: 'network' },
    ],
    [
      'half an answer, then the end',
      (_, outgoing) => {
        outgoing.writeHead(200, { ...json, 'content-length': '100' })
        outgoing.write('{"progress"', () => void outgoing.socket?.destroy())
      },
      { kind: 'unreached', reason: 'network' },
    ],
  ]

  test.each(rows)('%s', async (_, listener, sent) => {
    answer = listener
    expect(await ask()).toMatchObject(sent)
  })

  test.each<[string, RequestListener]>([
    ['no answer', () => {}],
    [
      'half an answer, then silence',
      (_, outgoing) => {
        outgoing.writeHead(200, json)
        outgoing.write('{"progress"')
      },
    ],
    [
      'an answer that never ends',
      (_, outgoing) => {
        outgoing.writeHead(200, json)
        const timer = setInterval(() => outgoing.write(' '), 5)
        outgoing.once('close', () => clearInterval(timer))
      },
    ],
  ])('%s is given up', async (_, listener) => {
    answer = listener
    expect(await client().send(readUser, { ...ada, timeoutMs: 60 })).toEqual({
      kind: 'unreached',
      reason: 'timeout',
      detail: 'no answer within 60 ms',
    })
    expect(await ask({ timeoutMs: 70 })).toMatchObject({ detail: 'no answer within 70 ms' })
  })

  test('a redirect is not followed, so that no key goes elsewhere', async () => {
    answer = answerWith(307, '', { location: `${address}/elsewhere` })
    await ask({ authorization: () => 'Bearer k' })
    expect(got.map(({ url }) => url)).toEqual(['/api/users/ada/onboarding'])
  })

  test('a redirect as browsers show it, without status and body, is no answer', async () => {
    expect(await ask({ fetch: async () => Response.error() })).toMatchObject({
      kind: 'unreached',
      reason: 'status',
      status: 0,
    })
  })

  test('nobody there', async () => {
    expect(await ask({ url: 'http://127.0.0.1:1' })).toMatchObject({ kind: 'unreached', reason: 'network' })
    expect(await ask({ url: 'http://nowhere.invalid' })).toMatchObject({ reason: 'network' })
  })
})

describe('what is sent', () => {
  test.each(operationIds)('%s is a route by its name', (id: OperationId) => {
    const { method, path } = operationRow(id)
    expect(routeOf(id, method as never, path as never)).toEqual({ method, path })
  })

  test('method, body and headers', async () => {
    await client({ authorization: () => 'Bearer k' }).send(putUser, {
      ...ada,
      body: { role: 'owner', plan: null },
      headers: { 'x-correlation-id': 'try-1', 'idempotency-key': undefined },
    })
    expect(got).toMatchObject([
      {
        method: 'PUT',
        url: '/api/users/ada',
        headers: {
          authorization: 'Bearer k',
          'content-type': 'application/json',
          'x-correlation-id': 'try-1',
        },
      },
    ])
    expect(got[0]?.headers).not.toHaveProperty('idempotency-key')
    expect(bodies).toEqual(['{"role":"owner","plan":null}'])
  })

  test('no media type where there is no body, and no key where there is none', async () => {
    await ask()
    expect(got[0]?.headers).not.toHaveProperty('content-type')
    expect(got[0]?.headers).not.toHaveProperty('authorization')
  })

  test('the key of the moment, asked for each time', async () => {
    const keys = ['first', undefined, 'second']
    const { send } = client({ authorization: () => keys.shift() })
    for (let times = 0; times < 3; times++) await send(readUser, ada)
    expect(got.map(({ headers }) => headers.authorization)).toEqual(['first', undefined, 'second'])
  })

  test.each([
    ['http://host', 'http://host/api/users/ada/onboarding'],
    ['http://host/', 'http://host/api/users/ada/onboarding'],
    ['http://host///', 'http://host/api/users/ada/onboarding'],
    ['http://host/boardwalk', 'http://host/boardwalk/api/users/ada/onboarding'],
    ['http://host/boardwalk/', 'http://host/boardwalk/api/users/ada/onboarding'],
    ['/boardwalk', '/boardwalk/api/users/ada/onboarding'],
    ['', '/api/users/ada/onboarding'],
    [undefined, '/api/users/ada/onboarding'],
  ])('to %j under its prefix', async (url, address) => {
    const asked: unknown[] = []
    const fetch: RequestsOptions['fetch'] = async (input) => {
      asked.push(input)
      return Response.json({})
    }
    await createRequests({ fetch, ...(url !== undefined && { url }) }).send(readUser, ada)
    expect(asked).toEqual([address])
  })

  test.each([
    ['nothing', {}, ''],
    ['undefined', { flow: undefined }, ''],
    ['a value', { flow: 'shop' }, '?flow=shop'],
    ['an empty text', { flow: '' }, '?flow='],
    ['what would be a query itself', { flow: 'a&b=c#d e+f' }, '?flow=a%26b%3Dc%23d+e%2Bf'],
  ])('a query of %s', async (_, query, search) => {
    await client().send(readUser, { ...ada, query })
    expect(got[0]?.url).toBe(`/api/users/ada/onboarding${search}`)
  })

  test('numbers in a query', async () => {
    await client().send(timeline, { ...ada, query: { limit: '10' } })
    expect(got[0]?.url).toContain('?limit=10')
  })

  test('any id is one part of the path, and is read as it was', async () => {
    const id = fc
      .oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('/', '.', '?', '#', '%', '2', 'F', '\\', '{', '}', '$') }),
      )
      .filter((text) => text.isWellFormed() && !['', '.', '..'].includes(text))
    await fc.assert(
      fc.asyncProperty(id, async (userId) => {
        got = []
        await client().send(readUser, { path: { userId } })
        const [, api, users, found, onboarding, ...more] = (got[0]?.url ?? '').split('/')
        expect([api, users, onboarding, more]).toEqual(['api', 'users', 'onboarding', []])
        expect(decodeURIComponent(found ?? '')).toBe(userId)
      }),
      { numRuns: 200 },
    )
  })
})

test('a fetch that does not listen to its signal is left behind', async () => {
  const deaf = client({ fetch: () => new Promise<Response>(() => {}) })
  expect(await deaf.send(putUser, { ...ada, body: {}, timeoutMs: 20 })).toMatchObject({
    kind: 'unreached',
    reason: 'timeout',
  })
})

test.each([Infinity, 2 ** 31, 2 ** 40])('a time of %d ms is no time of none', async (timeoutMs) => {
  const slow = client({
    fetch: () => new Promise((resolve) => setTimeout(() => resolve(Response.json({ userId: 'ada' })), 20)),
  })
  expect((await slow.send(putUser, { ...ada, body: {}, timeoutMs })).kind).toBe('answered')
})

describe('it never throws', () => {
  const throws = (): never => {
    throw new Error('no key today')
  }
  const throwsText = (): void => AbortSignal.abort('away').throwIfAborted()
  const circular: Record<string, unknown> = {}
  circular['self'] = circular

  test.each<[string, RequestsOptions, object]>([
    ['a key that cannot be had', { authorization: throws }, {}],
    ['a key with a line break', { authorization: () => 'Bearer a\nb' }, {}],
    ['a header with a line break', {}, { headers: { 'x-correlation-id': 'a\r\nb: c' } }],
    ['a header outside of Latin', {}, { headers: { 'x-correlation-id': '日本' } }],
    ['a header whose name is none', {}, { headers: { 'a b': 'c' } }],
    ['half a character in the path', {}, { path: { userId: '\ud83e' } }],
    ['a body that refers to itself', {}, { body: circular }],
    ['a body with a bigint', {}, { body: { seats: 1n } }],
    ['a URL that is none', { url: 'not a url' }, {}],
    ['a scheme that nobody speaks', { url: 'gopher://127.0.0.1' }, {}],
    ['a fetch that throws', { fetch: throws }, {}],
    ['a fetch that throws a text', { fetch: throwsText as never }, {}],
    ['a fetch that answers nothing', { fetch: (async () => undefined) as never }, {}],
  ])('%s', async (_, options, input) => {
    const sent = await client(options).send(putUser, { ...ada, body: {}, ...input })
    expect(sent).toMatchObject({ kind: 'unreached', reason: 'network', detail: expect.any(String) })
    expect(got).toEqual([])
  })

  test('whatever it is given', async () => {
    const input = fc.record({
      path: fc.record({ userId: fc.anything() }),
      query: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.constant(undefined))),
      headers: fc.dictionary(
        fc.oneof(
          fc.string(),
          fc.constantFrom('accept-language', 'x-correlation-id', 'content-length', 'host'),
        ),
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\nb', '\r\n', '\u0000', undefined)),
      ),
      body: fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
    })
    await fc.assert(
      fc.asyncProperty(input, fc.string(), async (given, key) => {
        const { send } = client({ authorization: () => key, timeoutMs: 2000 })
        const { kind } = await send(putUser, given as never)
        expect(['answered', 'unreached']).toContain(kind)
      }),
      { numRuns: 300 },
    )
  })

  test('whatever it is answered', async () => {
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc
        .record({
          type: fc.constantFrom('urn:boardwalk:problem:conflict', 'about:blank'),
          error: fc.constantFrom('conflict', 7, null),
        })
        .map((problem) => JSON.stringify(problem)),
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 200, max: 599 }), body, async (status, text) => {
        const isEmpty = [204, 205, 304].includes(status)
        const fetch = async (): Promise<Response> => new Response(isEmpty ? null : text, { status })
        const sent = await ask({ fetch })
        if (sent.kind === 'answered') expect(status < 300 || status === 304).toBe(true)
        if (sent.kind === 'refused') expect([status >= 400, sent.problem.error]).toEqual([true, 'conflict'])
      }),
      { numRuns: 500 },
    )
  })
})
