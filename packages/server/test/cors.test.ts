import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headers, operationIds, operationRow } from '@boardwalk/contract'
import { openDatabase, type Database } from '@boardwalk/store'
import { createBoardwalk, listen, readConfiguration, type Listening } from '../src/index.ts'
import { apiKey, flowFile, openHouse, tokenOf, type House } from './open-house.ts'

const shop = 'https://shop.example'
const local = 'http://localhost:5173'

let database: Database
let house: House
let listening: Listening
beforeAll(async () => {
  database = await openDatabase({})
  house = await openHouse(database, { corsOrigins: [shop, local] })
  await house.publish(flowFile('shop'))
  listening = await listen(house.boardwalk.fetch, { port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await house.boardwalk.stop()
  await listening.stop()
  await database.close()
})

const call = async (
  method: string,
  path: string,
  more: Record<string, string> = {},
  server = house,
): Promise<Response> =>
  server.boardwalk.fetch(
    new Request(`http://boardwalk.test${path}`, {
      method,
      headers: { authorization: `Bearer ${await tokenOf('ada')}`, ...more },
    }),
  )

const corsOf = (response: Response): Record<string, string> =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')))

const preflight = { origin: shop, 'access-control-request-method': 'PATCH' }
const exposed = 'etag, retry-after, ratelimit, ratelimit-policy, x-correlation-id, preference-applied'

describe('a page of a configured origin', () => {
  test.each([shop, local])('%s may ask, and may read the answer', async (origin) => {
    const asked = await call('OPTIONS', '/api/onboarding/steps/theme', { ...preflight, origin })
    expect([asked.status, await asked.text()]).toEqual([204, ''])
    expect(corsOf(asked)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, PATCH, POST, PUT, DELETE',
      'access-control-allow-headers':
        'authorization, content-type, if-match, if-none-match, idempotency-key, prefer, x-correlation-id, accept-language',
      'access-control-max-age': '7200',
    })
    const answer = await call('GET', '/api/onboarding', { origin })
    expect(answer.status).toBe(200)
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': exposed,
    })
    expect(answer.headers.get('vary')).toBe('authorization, accept-language, origin')
  })

  test('may send every header of the contract', async () => {
    const asked = await call('OPTIONS', '/api/onboarding', preflight)
    const allowed = new Set(asked.headers.get('access-control-allow-headers')?.split(', '))
    expect(Object.keys(headers).filter((name) => !allowed.has(name.toLowerCase()))).toEqual([])
  })

  const answers: [number, string, string, Record<string, string>][] = [
    [304, 'GET', '/api/onboarding', { 'if-none-match': '*' }],
    [400, 'PATCH', '/api/onboarding/steps/theme', {}],
    [401, 'GET', '/api/onboarding', { authorization: 'Bearer nonsense' }],
    [404, 'GET', '/api/onboarding?flow=nothing', {}],
    [404, 'GET', '/api/onboarding/nothing/here', {}],
    [405, 'DELETE', '/api/onboarding/skip', {}],
    [415, 'POST', '/api/onboarding/skip', { 'content-type': 'text/plain', 'content-length': '1' }],
  ]
  test.each(answers)('reads %i of %s %s too', async (status, method, path, more) => {
    const body = method === 'POST' ? 'x' : undefined
    const authorization = `Bearer ${await tokenOf('ada')}`
    const response = await fetch(`${listening.address}${path}`, {
      method,
      headers: { authorization, origin: shop, ...more },
      ...(body !== undefined && { body }),
    })
    await response.arrayBuffer()
    expect(response.status).toBe(status)
    expect(corsOf(response)).toMatchObject({ 'access-control-allow-origin': shop })
    expect(response.headers.get('vary')).toContain('origin')
  })

  test('hears the stream', async () => {
    const hangingUp = new AbortController()
    const authorization = `Bearer ${await tokenOf('ada')}`
    const response = await fetch(`${listening.address}/api/onboarding/stream`, {
      headers: { authorization, origin: shop },
      signal: hangingUp.signal,
    })
    expect([response.status, corsOf(response)['access-control-allow-origin']]).toEqual([200, shop])
    const { value } = await response.body!.getReader().read()
    expect(new TextDecoder().decode(value)).toContain('event: changed')
    hangingUp.abort()
  })
})

describe('any other origin is as if there was no CORS', () => {
  test.each([
    'null',
    '*',
    '',
    'https://shop.example.evil.test',
    'https://evilshop.example',
    'https://shop.example@evil.test',
    'https://SHOP.example',
    'HTTPS://shop.example',
    'https://shop.example.',
    'https://shop.example/',
    'https://shop.example:443',
    'https://shop.example:8443',
    'http://shop.example',
    'https://sub.shop.example',
    'https://shop.example, https://evil.test',
    'http://localhost',
    'http://localhost:51730',
    'http://127.0.0.1:5173',
  ])('%s', async (origin) => {
    const asked = await call('OPTIONS', '/api/onboarding', { ...preflight, origin })
    const answer = await call('GET', '/api/onboarding', { origin })
    expect([asked.status, answer.status]).toEqual([204, 200])
    for (const response of [asked, answer]) {
      expect(corsOf(response)).toEqual({})
      expect(response.headers.get('vary')).toContain('origin')
    }
  })
})

test('all that is for the person answers pages, and nothing else', async () => {
  for (const id of operationIds) {
    const { path, caller } = operationRow(id)
    const asked = await call('OPTIONS', path.replaceAll(/\{\w+\}/g, '1'), preflight)
    const isForPages = caller.kind === 'person' || caller.kind === 'either'
    expect([id, 'access-control-allow-origin' in corsOf(asked)]).toEqual([id, isForPages])
  }
  const authorization = `Bearer ${apiKey}`
  for (const path of ['/api/users/ada/onboarding', '/api/admin/flows', '/api/onboardings', '/health/live']) {
    const response = await call('GET', path, { origin: shop, authorization })
    expect(corsOf(response)).toEqual({})
    expect(response.headers.get('vary') ?? '').not.toContain('origin')
  }
})

test('a caller without an origin gets what a cache may keep apart', async () => {
  const answer = await call('GET', '/api/onboarding')
  expect([corsOf(answer), answer.headers.get('vary')]).toEqual([{}, 'authorization, accept-language, origin'])
})

test('cookies go along only where the host tells people apart by them', async () => {
  const mounted = await openHouse(database, { corsOrigins: [shop], identify: () => ({ userId: 'ada' }) })
  for (const response of [
    await call('OPTIONS', '/api/onboarding', preflight, mounted),
    await call('GET', '/api/onboarding', { origin: shop }, mounted),
  ])
    expect(corsOf(response)).toMatchObject({ 'access-control-allow-credentials': 'true' })
  await mounted.boardwalk.stop()
})

test('without configured origins nothing is answered to pages', async () => {
  const closed = await openHouse(database)
  const asked = await call('OPTIONS', '/api/onboarding', preflight, closed)
  const answer = await call('GET', '/api/onboarding', { origin: shop }, closed)
  expect([asked.status, corsOf(asked), corsOf(answer)]).toEqual([405, {}, {}])
  expect(answer.headers.get('vary')).toBe('authorization, accept-language')
  await closed.boardwalk.stop()
})

describe('the configuration', () => {
  test('takes origins with commas between', () => {
    const { corsOrigins } = readConfiguration(
      {},
      { BOARDWALK_CORS_ORIGINS: 'https://shop.example, http://localhost:5173,http://[::1]:8080' },
    )
    expect(corsOrigins).toEqual([shop, local, 'http://[::1]:8080'])
  })

  test.each([
    '*',
    'https://*.shop.example',
    'https://shop.example,*',
    'https://shop.example/',
    'https://shop.example/path',
    'https://Shop.example',
    'https://shop.example:443',
    'https://user@shop.example',
    'http://shop.example',
    'http://localhost.evil.test',
    'shop.example',
    'null',
    'file:///',
    'https://shop.example,',
  ])('%s refuses to start and says why', (origins) => {
    const environment = { BOARDWALK_CORS_ORIGINS: origins }
    expect(() => readConfiguration({}, environment)).toThrow('never `*`, because')
    const corsOrigins = origins.split(',')
    expect(() => createBoardwalk({ database, corsOrigins })).toThrow('never `*`, because')
  })
})
