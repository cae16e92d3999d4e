import { OpenFeature, type Client, type EvaluationContext } from '@openfeature/server-sdk'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OpenFeature as WebOpenFeature, type Provider } from '@openfeature/web-sdk'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { listen, type Listening } from '../src/index.ts'
import { apiKey, openHouse, tokenOf, type House } from './open-house.ts'

const origin = 'https://shop.example'
const bulk = '/ofrep/v1/evaluate/flags'
const evaluate = (key: string): string => `${bulk}/${key}`
const about = (targetingKey: string, more: object = {}) => ({ context: { targetingKey, ...more } })

const nested = (depth: number): object => (depth === 0 ? {} : { deeper: nested(depth - 1) })

forEachDatabase((name, open) => {
  let house: House
  let listening: Listening
  let reader: string

  beforeAll(async () => {
    house = await openHouse(await open(), { corsOrigins: [origin] })
    listening = await listen(house.boardwalk.fetch, { port: 0, host: '127.0.0.1' })
    for (const flow of ['shop', 'saas'])
      await house.publish({ name: flow, steps: [{ id: 'pay', title: 'Pay' }] })
    const { body } = await house.server('POST', '/api/admin/api-keys', {
      name: 'flags',
      scopes: ['flags:read'],
    })
    reader = body.key
  })
  afterAll(async () => {
    await OpenFeature.clearProviders()
    await WebOpenFeature.clearProviders()
    await house.boardwalk.stop()
    await listening.stop()
  })

  const release = async (settings: object): Promise<void> => {
    const everything = {
      enabled: true,
      skipEnabled: true,
      snoozeEnabled: true,
      guardRailsEnabled: true,
      rolloutPercentage: 100,
      marketWhitelist: null,
      userWhitelist: null,
      signedUpAfter: null,
    }
    const put = await house.server('PUT', '/api/admin/release/shop', { ...everything, ...settings })
    expect(put.status).toBe(200)
  }

  const unknown = async (userId: string): Promise<boolean> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline`)).status === 404

  describe("OpenFeature's client for servers", () => {
    let client: Client
    beforeAll(async () => {
      const domain = `server-${name}`
      const headers: [string, string][] = [['authorization', `Bearer ${reader}`]]
      await OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: listening.address, headers }))
      client = OpenFeature.getClient(domain)
    })

    const reasons: [reason: string, value: boolean, settings: object, context: object][] = [
      ['STATIC', true, {}, {}],
      ['DISABLED', false, { enabled: false }, {}],
      ['TARGETING_MATCH', true, { userWhitelist: ['ada'], rolloutPercentage: 0 }, {}],
      ['TARGETING_MATCH', true, { marketWhitelist: ['FR'] }, { market: 'FR' }],
      ['TARGETING_MATCH', false, { marketWhitelist: ['FR'] }, { market: 'DE' }],
      ['TARGETING_MATCH', false, { marketWhitelist: ['FR'] }, {}],
      [
        'TARGETING_MATCH',
        true,
        { signedUpAfter: '2026-06-01T00:00:00Z' },
        { createdAt: new Date('2026-06-02T00:00:00Z') },
      ],
      ['SPLIT', false, { rolloutPercentage: 0 }, {}],
      ['SPLIT', true, { rolloutPercentage: 99.99 }, {}],
    ]
    test.each(reasons)('reads %s: %s of %j for %j', async (reason, value, settings, context) => {
      await release(settings)
      const details = await client.getBooleanDetails('shop', !value, { targetingKey: 'ada', ...context })
      expect(details).toMatchObject({ value, reason, variant: value ? 'on' : 'off' })
      expect(details.flagMetadata).toMatchObject({ flow: 'shop', revision: expect.any(Number) })
      expect(details.errorCode).toBeUndefined()
    })

    test('reads the parts of a flow', async () => {
      await release({ skipEnabled: false })
      const read = (key: string) => client.getBooleanValue(key, key === 'shop.skip', { targetingKey: 'ada' })
      const keys = ['shop', 'shop.skip', 'shop.snooze', 'shop.guardRails', 'saas.skip']
      expect(await Promise.all(keys.map(read))).toEqual([true, false, true, true, true])
    })

    test('reads a kill at its next evaluation, and its end', async () => {
      await release({})
      const read = () => client.getBooleanDetails('shop', true, { targetingKey: 'ada' })
      expect(await read()).toMatchObject({ value: true, reason: 'STATIC' })
      await house.server('POST', '/api/admin/release/shop/kill', { reason: 'payments fail' })
      expect(await read()).toMatchObject({ value: false, reason: 'DISABLED' })
      await release({})
      expect(await read()).toMatchObject({ value: true, reason: 'STATIC' })
    })

    test('gets the default with the code of what was wrong', async () => {
      const read = (key: string, context: EvaluationContext) => client.getBooleanDetails(key, true, context)
      expect(await read('nothing', { targetingKey: 'ada' })).toMatchObject({
        value: true,
        errorCode: 'FLAG_NOT_FOUND',
      })
      expect(await read('shop', {})).toMatchObject({ value: true, errorCode: 'TARGETING_KEY_MISSING' })
      expect(await read('shop', { targetingKey: 'ada', market: 7 })).toMatchObject({
        value: true,
        errorCode: 'INVALID_CONTEXT',
      })
      expect(await client.getStringDetails('shop', 'none', { targetingKey: 'ada' })).toMatchObject({
        value: 'none',
        errorCode: 'TYPE_MISMATCH',
      })
    })

    test('reads the arm of an experiment, which is no exposure', async () => {
      await release({})
      const [plain, later] = ['plain', 'later'].map((id) => ({ id, config: { skipButtonText: id } }))
      const experiment = { name: 'Words', flow: 'shop', arms: [plain, later] }
      const put = { ...experiment, allocation: { plain: 0, later: 100 } }
      expect((await house.server('PUT', '/api/admin/experiments/words', put)).status).toBe(201)
      const read = () => client.getStringDetails('experiment:words', 'none', { targetingKey: 'ada' })
      expect(await read()).toMatchObject({ value: 'none', errorCode: 'FLAG_NOT_FOUND' })
      await house.server('POST', '/api/admin/experiments/words/start')
      expect(await read()).toMatchObject({ value: 'later', variant: 'later', reason: 'SPLIT' })
      await house.server('POST', '/api/admin/experiments/words/stop', {})
      expect(await read()).toMatchObject({ value: 'plain', reason: 'DISABLED' })
      const { body } = await house.server('GET', '/api/admin/experiments/words/results')
      expect(body.arms.map(({ exposed }: { exposed: number }) => exposed)).toEqual([0, 0])
    })

    test('makes nobody known, and enrols nobody', async () => {
      await release({})
      const context = { targetingKey: 'never-seen', market: 'FR' }
      expect(await client.getBooleanValue('shop', false, context)).toBe(true)
      expect(await unknown('never-seen')).toBe(true)
      await house.server('PUT', '/api/users/known', { market: 'FR' })
      await client.getBooleanValue('shop', false, { targetingKey: 'known' })
      const { body } = await house.server('GET', '/api/admin/people/known/timeline')
      expect(body.events).toEqual([])
    })
  })

  describe("OpenFeature's client for browsers", () => {
    /** What the client asked, and what it was answered. */
    const watched = () => {
      const statuses: number[] = []
      const fetchImplementation: typeof fetch = async (...request) => {
        const response = await fetch(...request)
        statuses.push(response.status)
        return response
      }
      return { statuses, fetchImplementation }
    }

    test('reads all flags at once, is told 304 while they stay, and reads DISABLED after a kill', async () => {
      await release({})
      const { statuses, fetchImplementation } = watched()
      const provider = new OFREPWebProvider({
        baseUrl: listening.address,
        headers: [['authorization', `Bearer ${await tokenOf('eve')}`]],
        fetchImplementation,
        pollInterval: 20,
        cacheMode: 'disabled',
      })
      const domain = `web-${name}`
      // Its types were not made for exactOptionalPropertyTypes.
      await WebOpenFeature.setProviderAndWait(domain, provider as Provider, { targetingKey: 'eve' })
      const client = WebOpenFeature.getClient(domain)
      expect(client.getBooleanDetails('shop', false)).toMatchObject({ value: true, reason: 'STATIC' })
      expect(client.getBooleanValue('saas.guardRails', false)).toBe(true)
      expect(client.getBooleanDetails('nothing', true)).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' })
      await expect.poll(() => statuses.filter((status) => status === 304).length).toBeGreaterThan(1)
      expect(statuses.filter((status) => status === 200)).toEqual([200])
      await house.server('POST', '/api/admin/release/shop/kill', { reason: 'payments fail' })
      await expect
        .poll(() => client.getBooleanDetails('shop', true))
        .toMatchObject({ value: false, reason: 'DISABLED' })
      await WebOpenFeature.clearProviders()
    })
  })

  describe('a person', () => {
    test('reads by what is known of them and what their token says, not by what their browser says', async () => {
      await release({ marketWhitelist: ['FR'] })
      const read = async (claims: object, context: object) =>
        (await (await house.person('bea', claims))('POST', evaluate('shop'), about('bea', context))).body
          .value
      expect(await read({}, { market: 'FR' })).toBe(false)
      expect(await read({ market: 'FR' }, {})).toBe(true)
      expect(await unknown('bea')).toBe(true)
      await house.server('PUT', '/api/users/bea', { market: 'FR' })
      expect(await read({}, { market: 'DE' })).toBe(true)
    })

    test('reads nobody else’s', async () => {
      const bea = await house.person('bea')
      for (const path of [bulk, evaluate('shop')]) {
        const refused = await bea('POST', path, about('ada'))
        expect([refused.status, refused.body.error]).toEqual([403, 'forbidden'])
      }
    })

    test('may be erased, and then has no flags', async () => {
      await house.server('PUT', '/api/users/gone', {})
      await house.server('DELETE', '/api/users/gone')
      const asked = await (await house.person('gone'))('POST', bulk, about('gone'))
      expect([asked.status, asked.body.error]).toEqual([403, 'person_erased'])
    })

    test('is read from pages of known origins', async () => {
      const preflight = await fetch(`${listening.address}${bulk}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
      const answer = await (await house.person('bea'))('POST', bulk, about('bea'), { origin })
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
      expect(answer.headers.get('access-control-expose-headers')).toContain('etag')
    })
  })

  test('a host that knows its people by their session serves their flags by it, to its own pages', async () => {
    const own = await openHouse(await open(), {
      identify: ({ headers }) => headers.get('cookie') === 'session=ada' && { userId: 'ada', market: 'FR' },
    })
    await own.publish({ name: 'shop', steps: [{ id: 'pay', title: 'Pay' }] })
    await own.server('PUT', '/api/admin/release/shop', { marketWhitelist: ['FR'] })
    const cookie = { cookie: 'session=ada' }
    const ask = (headers: Record<string, string>) =>
      own.as(undefined)('POST', evaluate('shop'), about('ada'), headers)
    expect((await ask(cookie)).body).toMatchObject({ value: true, reason: 'TARGETING_MATCH' })
    expect((await ask({})).status).toBe(401)
    expect((await ask({ ...cookie, 'sec-fetch-site': 'cross-site' })).body.error).toBe('cross_site')
    expect((await own.server('POST', evaluate('shop'), about('ada'))).body.value).toBe(false)
    await own.boardwalk.stop()
  })

  describe('a server', () => {
    test('is believed where nothing is known, and corrected where something is', async () => {
      await release({ marketWhitelist: ['FR'] })
      await house.server('PUT', '/api/users/kim', { market: 'DE' })
      const read = async (userId: string) =>
        (await house.as(reader)('POST', evaluate('shop'), about(userId, { market: 'FR' }))).body.value
      expect([await read('kim'), await read('somebody-new')]).toEqual([false, true])
    })

    test('may send its key as X-API-Key, too', async () => {
      const ask = async (key: string) =>
        (await house.as(undefined)('POST', bulk, about('ada'), { 'x-api-key': key })).status
      expect([await ask(reader), await ask(apiKey), await ask('nonsense'), await ask('')]).toEqual([
        200, 200, 401, 401,
      ])
    })

    test('needs the scope', async () => {
      const made = await house.server('POST', '/api/admin/api-keys', { name: 'x', scopes: ['people:read'] })
      const refused = await house.as(made.body.key)('POST', bulk, about('ada'))
      expect([refused.status, refused.body.error]).toEqual([403, 'forbidden'])
      const revoked = `bwk_${'0'.repeat(18)}_${'0'.repeat(64)}`
      expect((await house.as(revoked)('POST', bulk, about('ada'))).status).toBe(401)
      expect((await house.as(undefined)('POST', bulk, about('ada'))).status).toBe(401)
    })
  })

  describe('all flags', () => {
    test('have a tag that changes with them, and with nothing else', async () => {
      await release({})
      const ask = (headers = {}) => house.as(reader)('POST', bulk, about('ada'), headers)
      const first = await ask()
      const known = { 'if-none-match': first.headers.get('etag') ?? '' }
      const ofFlows = first.body.flags.filter(({ key }: { key: string }) => !key.startsWith('experiment:'))
      expect(ofFlows).toHaveLength(8)
      const again = await ask(known)
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', known['if-none-match']])
      await house.publish({ name: 'saas', steps: [{ id: 'pay', title: 'Pay now' }] })
      await house.server('PUT', '/api/users/somebody-else', { market: 'FR' })
      expect((await ask(known)).status).toBe(304)
      await release({ snoozeEnabled: false })
      const changed = await ask(known)
      expect(changed.status).toBe(200)
      expect(changed.headers.get('etag')).not.toBe(known['if-none-match'])
    })
  })

  describe('what is wrong is told as OFREP says', () => {
    const wrong: [what: string, body: unknown, status: number, errorCode: string][] = [
      ['no JSON', '{"context":', 400, 'PARSE_ERROR'],
      ['nothing', undefined, 400, 'INVALID_CONTEXT'],
      ['null', 'null', 400, 'INVALID_CONTEXT'],
      ['a list', [], 400, 'INVALID_CONTEXT'],
      ['no context', {}, 400, 'INVALID_CONTEXT'],
      ['a context that is a text', { context: 'ada' }, 400, 'INVALID_CONTEXT'],
      ['no targeting key', { context: {} }, 400, 'TARGETING_KEY_MISSING'],
      ['an empty targeting key', about(''), 400, 'INVALID_CONTEXT'],
      ['half a character', '{"context":{"targetingKey":"\\ud83d"}}', 400, 'INVALID_CONTEXT'],
      ['a number for a targeting key', { context: { targetingKey: 7 } }, 400, 'INVALID_CONTEXT'],
      ['a long targeting key', about('é'.repeat(128)), 400, 'INVALID_CONTEXT'],
      ['a time that is none', about('ada', { createdAt: 'yesterday' }), 400, 'INVALID_CONTEXT'],
      ['a deep context', about('ada', { attributes: nested(100) }), 400, 'INVALID_CONTEXT'],
      ['a body too large', about('ada', { x: 'x'.repeat(600_000) }), 413, 'GENERAL'],
    ]
    test.each(wrong)('%s', async (_, body, status, errorCode) => {
      for (const path of [bulk, evaluate('shop')]) {
        const refused = await house.as(reader)('POST', path, body)
        expect(refused.status).toBe(status)
        expect(refused.body).toMatchObject({ errorCode, errorDetails: refused.body.message })
        expect(refused.body.key).toBe(path === bulk ? undefined : 'shop')
      }
    })

    test.each(['nothing', 'shop.nothing', 'Shop', '__proto__', '%F0%9F%98%80'])(
      'no flag is called %s',
      async (key) => {
        const refused = await house.as(reader)('POST', evaluate(key), about('ada'))
        expect(refused.status).toBe(404)
        expect(refused.body).toMatchObject({ key: decodeURIComponent(key), errorCode: 'FLAG_NOT_FOUND' })
      },
    )

    test('what else a context holds is nobody’s mistake', async () => {
      const context = { email: 'a@example.com', tags: ['x'], nested: { a: null }, account: 7, sub: 'eve' }
      const asked = await house.as(reader)('POST', evaluate('shop'), about('ada', context))
      expect(asked.status).toBe(200)
    })
  })
})
