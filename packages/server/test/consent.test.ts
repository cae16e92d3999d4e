import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Answer, type House } from './open-house.ts'

const consent = '/api/onboarding/consent'
const events = '/api/onboarding/events'
const previewed = 'merchant.previewed_store'

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  beforeAll(async () => {
    database = await open()
    house = await openHouse(database)
    await house.publish({
      name: 'start',
      steps: [
        { id: 'profile', title: 'Profile' },
        { id: 'preview', title: 'Preview', completion: 'proof', trigger: { event: previewed } },
      ],
    })
  })
  afterAll(() => house.boardwalk.stop())

  const typesOf = async (userId: string): Promise<string[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events.map(
      ({ type }: { type: string }) => type,
    )
  const track = (userId: string, event: string): Promise<Answer> =>
    house.server('POST', '/api/events', { type: 'track', userId, event, properties: { n: 0 } })

  test('nobody has agreed before they say so; what they say holds at once, in every process', async () => {
    const other = await openHouse(database)
    const [me, elsewhere] = [await house.person('ada'), await other.person('ada')]
    expect((await me('GET', consent)).body).toEqual({ analytics: false })
    expect((await elsewhere('PUT', consent, { analytics: true })).body).toMatchObject({ analytics: true })
    expect((await me('GET', consent)).body).toEqual({ analytics: true, at: expect.stringMatching(/Z$/) })
    expect((await me('POST', events, { type: previewed })).body).toEqual({ stored: true })
    expect((await me('PUT', consent, { analytics: false })).body).toMatchObject({ analytics: false })
    expect((await elsewhere('POST', events, { type: previewed })).body).toEqual({ stored: false })
    await other.boardwalk.stop()
    expect((await typesOf('ada')).filter((type) => type === previewed)).toHaveLength(1)
  })

  test('asking whether somebody agreed makes nobody known', async () => {
    await (
      await house.person('shy')
    )('GET', consent)
    expect((await (await house.person('shy'))('POST', events, { type: previewed })).body.stored).toBe(false)
    expect((await house.server('GET', '/api/users/shy/export')).status).toBe(404)
  })

  test('an event from a browser never completes a step, with consent or without', async () => {
    const me = await house.person('bob')
    for (const analytics of [false, true]) {
      await me('PUT', consent, { analytics })
      expect((await me('POST', events, { type: previewed })).body).toEqual({ stored: analytics })
      const { body } = await me('GET', '/api/onboarding')
      expect(body.steps.map(({ status }: any) => status)).toEqual(['todo', 'todo'])
    }
    const { body } = await house.server('GET', '/api/users/bob/export')
    expect(body).toMatchObject({ remembered: [], consent: { analytics: true } })
    await track('bob', previewed)
    const { steps } = (await me('GET', '/api/onboarding')).body
    expect(steps.map(({ status }: any) => status)).toEqual(['todo', 'done'])
  })

  test('what the host’s server tells is kept of those who agreed, and proves of all', async () => {
    const [yes, no] = [await house.person('yes'), await house.person('no')]
    await yes('PUT', consent, { analytics: true })
    for (const [userId, me] of [
      ['yes', yes],
      ['no', no],
    ] as const) {
      await me('GET', '/api/onboarding')
      await track(userId, previewed)
      await track(userId, 'merchant.first_checkout_attempt')
      await track(userId, 'onboarding.completed')
      await track(userId, 'Product Viewed')
    }
    const own = (types: string[]) => types.filter((type) => !type.startsWith('onboarding.'))
    expect(own(await typesOf('yes'))).toEqual([previewed, 'merchant.first_checkout_attempt'])
    expect(own(await typesOf('no'))).toEqual([])
    for (const userId of ['yes', 'no'])
      expect((await typesOf(userId)).filter((type) => type === 'onboarding.step_completed')).toHaveLength(1)
    expect(await typesOf('yes')).not.toContain('onboarding.completed')
  })

  test('what happened before they agreed is not kept; what is kept says who told it', async () => {
    const me = await house.person('late')
    await me('PUT', consent, { analytics: true })
    const before = { type: 'track', userId: 'late', event: 'shop.visited', timestamp: '2020-01-01T00:00:00Z' }
    await house.server('POST', '/api/events', before)
    expect(await typesOf('late')).toEqual([])
    await track('late', 'shop.visited')
    await me('POST', events, { type: 'shop.visited', data: { n: 1, source: 'event' } })
    const { body } = await house.server('GET', '/api/admin/people/late/timeline')
    expect(body.events.map(({ data }: any) => data)).toEqual([
      { n: 0, source: 'event' },
      { n: 1, source: 'user' },
    ])
  })

  test('what the host’s server tells late stands when it happened', async () => {
    const me = await house.person('punctual')
    const { at } = (await me('PUT', consent, { analytics: true })).body
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(at))
    const late = { type: 'track', userId: 'punctual', event: 'shop.visited', timestamp: at }
    expect((await house.server('POST', '/api/events', late)).status).toBe(200)
    const { body } = await house.server('GET', '/api/admin/people/punctual/timeline')
    expect(body.events).toMatchObject([{ type: 'shop.visited', at }])
  })

  test('what is not kept leaves no key behind', async () => {
    const me = await house.person('keyless')
    const headers = { 'idempotency-key': 'seen' }
    expect((await me('POST', events, { type: 'onboarding.viewed' }, headers)).body).toEqual({ stored: false })
    expect(await typesOf('keyless')).toContain('onboarding.enrolled')
    const text = `
      select k.key from idempotency_key k join person p on p.id = k.person_id where p.user_id = 'keyless'`
    expect(await database.query({ name: 'keys_of_keyless', text })).toEqual([])
  })

  test('a started step is reached, also without consent; the start itself is kept with consent only', async () => {
    const me = await house.person('carl')
    const start = { type: 'onboarding.step_started', data: { stepId: 'preview' } }
    expect((await me('POST', events, start)).body).toEqual({ stored: false })
    expect(await typesOf('carl')).toEqual([
      'onboarding.enrolled',
      'onboarding.offered',
      'onboarding.reached',
      'onboarding.reached',
    ])
    await me('PUT', consent, { analytics: true })
    expect((await me('POST', events, start)).body).toEqual({ stored: true })
    const { body } = await house.server('GET', '/api/admin/people/carl/timeline')
    expect(body.events.at(-1)).toMatchObject({
      type: 'onboarding.step_started',
      flow: 'start',
      version: 1,
      stepId: 'preview',
    })
  })

  test('a key is carried out once', async () => {
    const me = await house.person('dora')
    await me('GET', '/api/onboarding')
    const headers = { 'idempotency-key': 'seen-1' }
    const viewed = { type: 'onboarding.viewed', data: { page: 'home' } }
    expect((await me('POST', events, viewed, headers)).body).toEqual({ stored: false })
    await me('PUT', consent, { analytics: true })
    for (let n = 0; n < 3; n += 1)
      expect((await me('POST', events, viewed, headers)).body).toEqual({ stored: true })
    expect((await typesOf('dora')).filter((type) => type === 'onboarding.viewed')).toHaveLength(1)
    const another = { ...viewed, data: {} }
    expect((await me('POST', events, another, headers)).status).toBe(422)
  })

  test('an erased person’s consent is gone with them', async () => {
    const me = await house.person('gone')
    await me('PUT', consent, { analytics: true })
    await house.server('DELETE', '/api/users/gone')
    expect((await me('PUT', consent, { analytics: true })).status).toBe(403)
    expect((await me('POST', events, { type: previewed })).status).toBe(403)
    await house.server('PUT', '/api/users/gone', {})
    expect((await me('GET', consent)).body).toEqual({ analytics: false })
  })

  describe('refused', () => {
    const proto = JSON.parse('{"__proto__": {"x": 1}}')
    test.each<[string, unknown, number]>([
      ['no body', undefined, 400],
      ['null', null, 400],
      ['no type', {}, 400],
      ['a type of ours that no browser knows', { type: 'onboarding.step_completed' }, 400],
      ['a type of ours in capitals', { type: 'Gating.blocked' }, 400],
      ['a type without a dot', { type: 'previewed' }, 400],
      ['a type that is a number', { type: 0 }, 400],
      ['a started step without its name', { type: 'onboarding.step_started' }, 400],
      ['a started step named 0', { type: 'onboarding.step_started', data: { stepId: 0 } }, 400],
      ['a started step that there is not', { type: 'onboarding.step_started', data: { stepId: 'x' } }, 404],
      ['data that is an array', { type: previewed, data: [] }, 400],
      ['data of 17 KB', { type: previewed, data: { a: 'x'.repeat(17_000) } }, 400],
      ['data with __proto__', { type: previewed, data: proto }, 400],
      ['another field', { type: previewed, userId: 'somebody-else' }, 400],
      ['half a JSON', '{"type":', 400],
    ])('%s', async (_name, body, status) => {
      const me = await house.person('eve')
      await me('PUT', consent, { analytics: true })
      expect((await me('POST', events, body)).status).toBe(status)
      expect(await typesOf('eve')).not.toContain(previewed)
    })

    test.each([{}, { analytics: 'true' }, { analytics: null }, { analytics: true, at: 1 }, [true]])(
      'consent that is %j',
      async (body) => {
        expect((await (await house.person('eve'))('PUT', consent, body)).status).toBe(400)
      },
    )

    test('a server’s key, and nobody', async () => {
      for (const call of [house.server, house.as(undefined)]) {
        expect((await call('PUT', consent, { analytics: true })).status).toBe(401)
        expect((await call('POST', events, { type: previewed })).status).toBe(401)
      }
    })
  })
})
