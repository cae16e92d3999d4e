import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBoardwalk, type Boardwalk } from '@boardwalk/server'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { personToken, type PersonClaims, type PersonTokenOptions } from '../src/index.ts'

const secret = 'a secret of a host of more than 32 bytes'
const apiKey = 'a-first-api-key-of-more-than-32-bytes'
const log = pino({ level: 'silent' })

const flow = {
  name: 'shop',
  steps: [
    { id: 'profile', title: 'Complete your profile' },
    { id: 'impressum', title: 'Write your impressum', markets: ['DE'] },
  ],
}

describe('what cannot be a token is refused before it is made', () => {
  const refused = (options: PersonTokenOptions): Promise<unknown> =>
    personToken('ada', {}, options).then(
      () => 'made',
      (error: unknown) => error,
    )

  test.each([
    ['no secret', ''],
    ['31 bytes', 'x'.repeat(31)],
    ['31 bytes in fewer characters', `${'é'.repeat(15)}x`],
  ])('a secret of %s', async (_, short) => {
    const error = await refused({ secret: short })
    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).message).toMatch(/^The secret has \d+ bytes; it takes at least 32\.$/)
    if (short !== '') expect((error as TypeError).message).not.toContain(short)
  })

  test.each([0, 0.5, -1, 86_401, Number.NaN, Infinity, -Infinity])('an expiry of %d s', async (seconds) => {
    const error = await refused({ secret, expiresInSeconds: seconds })
    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).message).toContain(`expiresInSeconds is ${seconds}`)
  })

  test.each([1, 1.5, 3600, 86_400])('but not an expiry of %d s', async (expiresInSeconds) => {
    expect(await personToken('ada', {}, { secret, expiresInSeconds })).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  test('nor a secret of 32 bytes in 16 characters', async () => {
    expect(await personToken('ada', {}, { secret: 'é'.repeat(16) })).toContain('.')
  })
})

forEachDatabase((_, open) => {
  let boardwalk: Boardwalk
  let strict: Boardwalk
  beforeAll(async () => {
    const database = await open()
    boardwalk = createBoardwalk({ database, tokens: { secret }, apiKey, log })
    strict = createBoardwalk({
      database,
      tokens: { secret, issuer: 'https://shop.test', audience: 'boardwalk' },
      log,
    })
    await boardwalk.verbs.publishFlow(flow)
  })
  afterAll(async () => {
    await boardwalk.stop()
    await strict.stop()
  })

  const read = async (token: string, by = boardwalk): Promise<{ status: number; body: any }> => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await by.fetch(new Request('http://boardwalk.test/api/onboarding', { headers }))
    return { status: response.status, body: await response.json() }
  }

  const heldOf = async (userId: string): Promise<any> => {
    const url = `http://boardwalk.test/api/users/${encodeURIComponent(userId)}/export`
    const headers = { authorization: `Bearer ${apiKey}` }
    return (await boardwalk.fetch(new Request(url, { headers }))).json()
  }

  test('a token is its bearer’s, and what it says of them is believed', async () => {
    const userId = randomUUID()
    const facts: PersonClaims = {
      role: 'owner',
      plan: 'team',
      market: 'DE',
      locale: 'de-DE',
      createdAt: '2026-01-31T09:00:00+01:00',
      attributes: { seats: 0, beta: false, note: '', city: 'Köln 🏰', nested: { a: [1, null] } },
    }
    const token = await personToken(userId, { ...facts, account: 'shop-7' }, { secret })
    const { status, body } = await read(token)
    expect(status).toBe(200)
    expect(body.steps.map(({ id }: { id: string }) => id)).toEqual(['profile', 'impressum'])
    expect(await heldOf(userId)).toMatchObject({
      userId,
      account: 'shop-7',
      facts: { ...facts, createdAt: '2026-01-31T08:00:00.000Z' },
    })
  })

  test('a fact that is not claimed stays as the host’s server told it; null forgets it', async () => {
    const userId = randomUUID()
    await boardwalk.verbs.putUser(userId, { role: 'owner', plan: 'team' })
    await read(await personToken(userId, { plan: null, market: 'FR' }, { secret }))
    expect((await heldOf(userId)).facts).toEqual({ role: 'owner', market: 'FR', attributes: {} })
  })

  test.each(['a/b?c#d', '100%', 'Żółć 日本 🦊', ' ', '"\\', '...'])(
    'for a user id such as %j',
    async (id) => {
      const { status } = await read(await personToken(id, { role: 'owner' }, { secret }))
      expect(status).toBe(200)
      expect(await heldOf(id)).toMatchObject({ userId: id, facts: { role: 'owner' } })
    },
  )

  test('claims cannot make it another’s, or last longer', async () => {
    const userId = randomUUID()
    const more = { sub: 'somebody-else', exp: 9_999_999_999, iat: 0 } as unknown as PersonClaims
    const token = await personToken(userId, more, { secret, expiresInSeconds: 60 })
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect(payload.sub).toBe(userId)
    expect(payload.exp - payload.iat).toBe(60)
  })

  test('one signed with another secret is refused', async () => {
    const token = await personToken('ada', {}, { secret: `${secret}!` })
    expect(await read(token)).toMatchObject({
      status: 401,
      body: { error: 'unauthenticated', message: expect.stringContaining('signature') },
    })
  })

  test('one that was changed afterwards is refused', async () => {
    const [header, , signature] = (await personToken('ada', {}, { secret })).split('.')
    const payload = Buffer.from(JSON.stringify({ sub: 'eve', exp: 9_999_999_999 })).toString('base64url')
    expect((await read(`${header}.${payload}.${signature}`)).status).toBe(401)
  })

  test.each(['', '.', '..', 'x'.repeat(256), 'a\nb'])(
    'one for what cannot be a user id (%j) is refused',
    async (id) => {
      expect((await read(await personToken(id, {}, { secret }))).status).toBe(401)
    },
  )

  test('issuer and audience are said when Boardwalk asks for them', async () => {
    const options = { secret, issuer: 'https://shop.test', audience: 'boardwalk' }
    expect((await read(await personToken('ada', {}, options), strict)).status).toBe(200)
    expect((await read(await personToken('ada', {}, { secret }), strict)).status).toBe(401)
    expect(
      (await read(await personToken('ada', {}, { ...options, audience: 'another' }), strict)).status,
    ).toBe(401)
  })
})
