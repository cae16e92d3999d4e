import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problemDetails } from '@boardwalk/contract'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { forgedTokens } from './forged-tokens.ts'
import { flowFile, openHouse, tokenOf, type Answer, type House } from './open-house.ts'
import { oddJson } from './odd-json.ts'

const badBodies: [string, string | Record<string, unknown>, number, string][] = [
  ['half a JSON', '{"status": "do', 400, 'malformed_json'],
  ['no JSON', 'status=done', 400, 'malformed_json'],
  ['half a surrogate pair', '{"status":"done","reason":"\\ud83d"}', 400, 'invalid_request'],
  ['a NUL', '{"status":"done","reason":"a\\u0000b"}', 400, 'invalid_request'],
  ['null', 'null', 400, 'invalid_request'],
  ['an array', '[]', 400, 'invalid_request'],
  ['a number', '0', 400, 'invalid_request'],
  ['no status', {}, 400, 'invalid_request'],
  ['an unknown status', { status: 'completed' }, 400, 'invalid_request'],
  ['back to todo', { status: 'todo' }, 400, 'invalid_request'],
  ['status false', { status: false }, 400, 'invalid_request'],
  ['status null', { status: null }, 400, 'invalid_request'],
  ['an unknown field', { status: 'done', completedAt: '2020-01-01T00:00:00Z' }, 400, 'invalid_request'],
  ['status and snooze', { status: 'done', snoozeUntil: '2030-01-01T00:00:00Z' }, 400, 'invalid_request'],
  ['a snooze that is no time', { snoozeUntil: 'tomorrow' }, 400, 'invalid_request'],
  ['metadata as text', { status: 'done', metadata: 'x' }, 400, 'invalid_request'],
  ['metadata as an array', { status: 'done', metadata: [1] }, 400, 'invalid_request'],
  ['metadata of 17 KB', { status: 'done', metadata: { a: 'x'.repeat(17_000) } }, 400, 'invalid_request'],
  ['__proto__ at the top', '{"status":"done","__proto__":{"admin":true}}', 400, 'invalid_request'],
  [
    '__proto__ in metadata',
    '{"status":"done","metadata":{"__proto__":{"admin":true}}}',
    400,
    'invalid_request',
  ],
  [
    '1,000 levels',
    `{"status":"done","metadata":${'{"a":'.repeat(1000)}1${'}'.repeat(1001)}`,
    400,
    'invalid_request',
  ],
  ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, 'invalid_request'],
  ['1 MB', `{"status":"done","reason":"${'x'.repeat(1_000_000)}"}`, 413, 'body_too_large'],
]

const isProblem = (answer: Answer, status: number, error: string): void => {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(problemDetails.parse(answer.body)).toMatchObject({
    status,
    error,
    correlationId: expect.stringMatching(/./),
  })
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\bat [A-Z]\w*\.|select |insert /i)
}

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  beforeAll(async () => {
    database = await open()
    house = await openHouse(database)
    await house.publish(flowFile('shop'))
  })
  afterAll(() => house.boardwalk.stop())

  const rows = async (): Promise<unknown> => {
    const tables = [
      'person',
      'enrolment',
      'step_state',
      'account_step',
      'happening',
      'idempotency_key',
      'flow_version',
      'api_key',
      'account',
    ]
    const text = `select ${tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')}`
    return (await database.query({ name: 'count_rows', text }))[0]
  }

  const storesNothing = async (work: () => Promise<void>): Promise<void> => {
    const before = await rows()
    await work()
    expect(await rows()).toEqual(before)
  }

  describe('a forged token is refused with 401 and nothing is stored', () => {
    test.each(forgedTokens)('%s', async (_name, token) => {
      await storesNothing(async () => {
        const me = house.as(token)
        isProblem(await me('GET', '/api/onboarding'), 401, 'unauthenticated')
        isProblem(
          await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' }),
          401,
          'unauthenticated',
        )
      })
    })
  })

  describe('a bad body is refused and nothing is stored', () => {
    test.each(badBodies)('%s', async (_name, body, status, error) => {
      await storesNothing(async () => {
        const me = await house.person('mallory', { account: 'm' })
        isProblem(await me('PATCH', '/api/onboarding/steps/theme', body), status, error)
      })
      expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
    })

    test('1 MB that says it is 5 bytes', async () => {
      const me = await house.person('mallory', { account: 'm' })
      const body = `{"status":"done","reason":"${'x'.repeat(1_000_000)}"}`
      const answer = await me('PATCH', '/api/onboarding/steps/theme', body, { 'content-length': '5' })
      isProblem(answer, 413, 'body_too_large')
    })

    test(`${oddJson.length} odd texts of JSON`, async () => {
      const found: string[] = []
      for (const [index, [name, text, error]] of oddJson.entries()) {
        const me = await house.person(error === 'done' ? `odd-${index}` : 'mallory', {
          account: `odd-${index}`,
        })
        const change = async (): Promise<void> => {
          const answer = await me('PATCH', '/api/onboarding/steps/theme', text)
          const got = answer.status === 200 ? 'done' : answer.body.error
          if (got !== error) found.push(`${name}: ${got}, expected ${error}`)
          if (answer.status !== 200) isProblem(answer, answer.status, error)
        }
        await (error === 'done' ? change() : storesNothing(change))
      }
      expect(found).toEqual([])
      expect(oddJson.length).toBeGreaterThanOrEqual(100)
      expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
    })

    test('an infinite body without a length is cut off', async () => {
      const token = await tokenOf('mallory')
      let sent = 0
      const body = new ReadableStream({
        pull: (controller) => {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536))
        },
      })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const init: RequestInit & { duplex: 'half' } = { method: 'PATCH', headers, body, duplex: 'half' }
      const answer = await house.boardwalk.fetch(
        new Request('http://boardwalk.test/api/onboarding/steps/theme', init),
      )
      expect(answer.status).toBe(413)
      expect(sent).toBeLessThan(2_000_000)
    })

    test('a form is no JSON', async () => {
      const me = await house.person('mallory')
      isProblem(
        await me('PATCH', '/api/onboarding/steps/theme', '{"status":"done"}', {
          'content-type': 'text/plain',
        }),
        415,
        'unsupported_media_type',
      )
    })
  })

  describe('paths, queries and headers', () => {
    test.each([
      ['GET', '/nothing/here', 404, 'route_not_found'],
      ['PUT', '/api/onboarding', 405, 'method_not_allowed'],
      ['GET', '/api/onboarding?unknown=1', 400, 'invalid_request'],
      ['GET', '/api/onboarding?flow=No%20Flow', 400, 'invalid_request'],
      ['GET', '/api/onboarding?flow=nothing', 404, 'flow_not_found'],
      ['PATCH', '/api/onboarding/steps/nothing', 404, 'step_not_found'],
      ['PATCH', '/api/onboarding/steps/..%2f..%2fadmin', 404, 'step_not_found'],
      ['PATCH', '/api/onboarding/steps/%zz', 400, 'invalid_request'],
      ['PATCH', '/api/onboarding/steps/%ED%A0%80', 400, 'invalid_request'],
      ['PATCH', '/api/onboarding/steps/No%20Step', 404, 'step_not_found'],
      ['GET', '/api/onboarding?flow=shop&flow=saas', 400, 'invalid_request'],
      ['PATCH', '/api/onboarding/steps/%00', 400, 'invalid_request'],
      ['PATCH', '/api/onboarding/steps/impressum', 404, 'step_not_found'],
      ['PATCH', '/api/onboarding/steps/__proto__', 404, 'step_not_found'],
    ])('%s %s answers %i %s', async (method, path, status, error) => {
      const me = await house.person('path-walker', { market: 'FR', account: 'p' })
      isProblem(await me(method, path, method === 'PATCH' ? { status: 'done' } : undefined), status, error)
    })

    test('an Idempotency-Key that is too long is refused', async () => {
      const me = await house.person('path-walker', { market: 'FR', account: 'p' })
      isProblem(
        await me(
          'PATCH',
          '/api/onboarding/steps/theme',
          { status: 'done' },
          { 'idempotency-key': 'x'.repeat(300) },
        ),
        400,
        'invalid_request',
      )
    })

    test('a hostile correlation id is replaced, a sound one is kept', async () => {
      const me = await house.person('path-walker', { market: 'FR', account: 'p' })
      const kept = await me('GET', '/api/onboarding', undefined, { 'x-correlation-id': 'order-66' })
      expect(kept.headers.get('x-correlation-id')).toBe('order-66')
      const replaced = await me('GET', '/api/onboarding', undefined, { 'x-correlation-id': '<script>' })
      expect(replaced.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
    })
  })

  describe("another person's id", () => {
    test('a person cannot reach the routes of servers, their own data or that of others', async () => {
      const me = await house.person('mallory')
      for (const [method, path] of [
        ['GET', '/api/users/marie/onboarding'],
        ['GET', '/api/users/mallory/export'],
        ['DELETE', '/api/users/marie'],
        ['GET', '/api/admin/people/marie/timeline'],
        ['POST', '/api/admin/flows'],
        ['POST', '/api/gates/check'],
        ['POST', '/api/admin/api-keys'],
      ] as const) {
        isProblem(await me(method, path, method === 'POST' ? {} : undefined), 401, 'unauthenticated')
      }
    })

    test('a user id in the body changes nothing but is refused', async () => {
      const me = await house.person('mallory', { account: 'm' })
      await storesNothing(async () => {
        isProblem(
          await me('PATCH', '/api/onboarding/steps/theme', { status: 'done', userId: 'marie' }),
          400,
          'invalid_request',
        )
      })
    })

    test('one person never sees what another one did', async () => {
      const marie = await house.person('marie', { account: 'shop-marie', market: 'FR' })
      await marie('PATCH', '/api/onboarding/steps/theme', { status: 'done', metadata: { secret: 'colour' } })
      const mallory = await house.person('mallory', { account: 'shop-mallory', market: 'FR' })
      const seen = await mallory('GET', '/api/onboarding')
      expect(JSON.stringify(seen.body)).not.toMatch(/marie|colour/)
      expect(seen.body.steps.find((step: any) => step.id === 'theme').status).toBe('todo')
    })
  })

  describe('API keys', () => {
    test('a key does only what its scopes say, is shown once, and ends when it is revoked', async () => {
      const made = await house.server('POST', '/api/admin/api-keys', {
        name: 'gate',
        scopes: ['gates:check'],
      })
      expect(made.status).toBe(201)
      const gate = house.as(made.body.key)
      const check = { userId: 'marie', steps: ['theme'], route: '/publish', critical: true }
      expect((await gate('POST', '/api/gates/check', check)).status).toBe(200)
      isProblem(await gate('GET', '/api/users/marie/onboarding'), 403, 'forbidden')
      expect(JSON.stringify((await house.server('GET', '/api/admin/api-keys')).body)).not.toContain(
        made.body.key,
      )
      const stored = await database.query({
        name: 'key_row',
        text: "select encode(verifier, 'hex') as v, id from api_key",
      })
      expect(JSON.stringify(stored)).not.toContain(made.body.key.split('_')[2])
      expect((await house.server('DELETE', `/api/admin/api-keys/${made.body.id}`)).status).toBe(204)
      isProblem(await gate('POST', '/api/gates/check', check), 401, 'unauthenticated')
      isProblem(await house.server('DELETE', `/api/admin/api-keys/${made.body.id}`), 404, 'key_not_found')
    })

    test('a key that has ended already is not made', async () => {
      const old = { name: 'old', scopes: ['flows:read'], expiresAt: '2020-01-01T00:00:00Z' }
      const answer = await house.server('POST', '/api/admin/api-keys', old)
      isProblem(answer, 400, 'invalid_request')
      expect(answer.body.problems).toMatchObject([{ path: 'expiresAt', expected: 'a time to come' }])
    })

    test('a key with another secret and no key are refused', async () => {
      const made = await house.server('POST', '/api/admin/api-keys', { name: 'new', scopes: ['flows:read'] })
      const [prefix, id] = made.body.key.split('_')
      isProblem(
        await house.as(`${prefix}_${id}_${'0'.repeat(64)}`)('GET', '/api/admin/flows'),
        401,
        'unauthenticated',
      )
      isProblem(await house.as(undefined)('GET', '/api/admin/flows'), 401, 'unauthenticated')
    })
  })

  test('a hostile returnUrl is dropped, a path of the host is kept', async () => {
    const ask = async (returnUrl: string): Promise<unknown> =>
      (
        await house.server('POST', '/api/gates/check', {
          userId: 'returner',
          steps: ['email_verification'],
          route: '/x',
          returnUrl,
        })
      ).body.action?.prefill?.returnUrl
    await house.server('PUT', '/api/users/returner', { market: 'FR', account: 'r' })
    const check = await house.server('POST', '/api/gates/check', {
      userId: 'returner',
      steps: ['payments'],
      route: '/x',
      returnUrl: '/back?a=1',
    })
    expect(check.body.action.prefill.returnUrl).toBe('/back?a=1')
    for (const url of [
      '//evil.test',
      '/\\evil.test',
      'https://evil.test',
      'javascript:alert(1)',
      '/\u0009/evil.test',
      'back',
    ]) {
      const answer = await house.server('POST', '/api/gates/check', {
        userId: 'returner',
        steps: ['payments'],
        route: '/x',
        returnUrl: url,
      })
      expect([400, 409]).toContain(answer.status)
      expect(answer.body.action?.prefill?.returnUrl).toBeUndefined()
    }
    expect(await ask('//evil.test')).toBeUndefined()
  })
})
