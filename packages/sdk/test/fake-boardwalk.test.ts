// Long because it is one list: a fake that nobody compares drifts away, so all of it runs against the server too.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import type { Ask, Told } from './ask.ts'
import { startFake, startReal, type Peer } from './fake-and-real.ts'

const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const route = 'POST /publish'

const behaviours = (start: () => Promise<Peer>): void => {
  let peer: Peer
  let ask: Ask
  beforeAll(async () => {
    peer = await start()
    ask = peer.ask
  })
  afterAll(() => peer.stop())

  let people = 0
  const someone = (): string => `someone-${(people += 1)}`
  const check = (userId: string, more: object = {}, headers: Record<string, string> = {}): Promise<Told> =>
    ask('checkGate', { body: { userId, steps: ['payments'], route, ...more }, headers })
  const done = (userId: string, stepId: string): Promise<Told> =>
    ask('changeUserStep', { path: { userId, stepId }, body: { status: 'done' } })
  const refused = (told: Told, status: number, error: string): void =>
    expect(told).toMatchObject({ status, body: { status, error } })

  describe('a gate', () => {
    test('that is closed tells the step, its text and the way to it', async () => {
      const userId = someone()
      await ask('putUser', { path: { userId }, body: { market: 'FR' } })
      const told = await check(userId, { returnUrl: '/shop?tab=1' }, { 'x-correlation-id': 'c-1' })
      expect(told.status).toBe(409)
      expect(told.headers.get('content-type')).toBe('application/problem+json')
      expect(told.body).toEqual({
        type: 'urn:boardwalk:problem:PRECONDITION_REQUIRED',
        title: 'A step must be done first',
        status: 409,
        detail: 'You need to set up payments before you publish your shop',
        error: 'PRECONDITION_REQUIRED',
        message: 'You need to set up payments before you publish your shop',
        missingStep: 'payments',
        missingSteps: ['payments'],
        action: {
          type: 'open_modal',
          modal: 'payments_setup',
          prefill: { country: 'FR', price: '$100', currency: 'EUR', returnUrl: '/shop?tab=1' },
        },
        correlationId: 'c-1',
      })
    })

    test('without a text of its own names the step; without an action it has none', async () => {
      const { body } = await check(someone(), { steps: ['email'], returnUrl: '/shop' })
      expect(body.message).toBe('Finish "Verify your email" first.')
      expect(body).not.toHaveProperty('action')
    })

    test('fills in attributes too, and nothing that nobody knows', async () => {
      const userId = someone()
      await ask('putUser', { path: { userId }, body: { attributes: { tariff: 'gold' } } })
      expect((await check(userId)).body.action.prefill).toEqual({
        plan: 'gold',
        price: '$100',
        currency: 'EUR',
      })
    })

    test('opens once the step is done, and is the same by its name', async () => {
      const userId = someone()
      refused(await check(userId, { steps: undefined, gate: 'publish' }), 409, 'PRECONDITION_REQUIRED')
      await done(userId, 'payments')
      for (const question of [{}, { steps: undefined, gate: 'publish' }, { flow: 'shop' }])
        expect(await check(userId, question)).toMatchObject({ status: 200, body: { allowed: true } })
    })

    test('tells missing steps in the order of the flow', async () => {
      const { body } = await check(someone(), { steps: ['theme', 'payments', 'email'] })
      expect(body.missingSteps).toEqual(['email', 'payments', 'theme'])
      const gate = await check(someone(), { steps: undefined, gate: 'checkout' })
      expect(gate.body).toMatchObject({ missingStep: 'email', missingSteps: ['email', 'payments'] })
    })

    test.each([
      ['/', true],
      ['/a/b?c=%2F%2Fx#d', true],
      ['/a%2Fb', true],
      ['//elsewhere.test', false],
      ['/\\elsewhere.test', false],
      ['/%2F/elsewhere.test', false],
      ['/%252F/elsewhere.test', false],
      ['/%5Celsewhere.test', false],
      ['/a b', false],
      ['/%', false],
      ['https://elsewhere.test/', false],
      ['javascript:alert(1)', false],
      ['shop', false],
    ])('with the returnUrl %s keeps it: %s', async (returnUrl, kept) => {
      const { body } = await check(someone(), { steps: ['theme'], returnUrl })
      expect(body.action).toEqual({
        type: 'redirect',
        url: '/store/theme',
        ...(kept && { prefill: { returnUrl } }),
      })
    })

    test.each([
      [{ steps: ['nothing'] }, 400, 'unknown_step'],
      [{ steps: undefined, gate: 'nothing' }, 400, 'unknown_gate'],
      [{ flow: 'nothing' }, 404, 'flow_not_found'],
      [{ gate: 'publish' }, 400, 'invalid_request'],
      [{ steps: undefined }, 400, 'invalid_request'],
      [{ steps: [] }, 400, 'invalid_request'],
      [{ steps: 'payments' }, 400, 'invalid_request'],
      [{ steps: ['Payments'] }, 400, 'invalid_request'],
      [{ steps: [null] }, 400, 'invalid_request'],
      [{ route: undefined }, 400, 'invalid_request'],
      [{ route: '' }, 400, 'invalid_request'],
      [{ route: 'a\nb' }, 400, 'invalid_request'],
      [{ route: 'x'.repeat(501) }, 400, 'invalid_request'],
      [{ userId: undefined }, 400, 'invalid_request'],
      [{ userId: 7 }, 400, 'invalid_request'],
      [{ userId: '..' }, 400, 'invalid_request'],
      [{ userId: 'é'.repeat(128) }, 400, 'invalid_request'],
      [{ critical: 'yes' }, 400, 'invalid_request'],
      [{ critical: null }, 400, 'invalid_request'],
      [{ returnUrl: '' }, 400, 'invalid_request'],
      [{ stepz: [] }, 400, 'invalid_request'],
    ])('asked with %o is refused, critical or not', async (question, status, error) => {
      for (const critical of [true, false])
        refused(await check('asker', { critical, ...question }), status, error)
    })

    test('asked with something that is no object, or no JSON, is refused', async () => {
      for (const body of ['[]', 'null', '7', '"text"', ''])
        refused(await ask('checkGate', { body }), 400, 'invalid_request')
      refused(await ask('checkGate', { body: '{"userId"' }), 400, 'malformed_json')
      const headers = { 'content-type': 'text/plain' }
      refused(await ask('checkGate', { body: '{}', headers }), 415, 'unsupported_media_type')
    })

    test('is listed with its steps', async () => {
      expect((await ask('listGates')).body).toEqual({
        gates: [
          { name: 'publish', critical: true, steps: ['payments'] },
          { name: 'checkout', critical: false, steps: ['payments', 'email'] },
        ],
        steps: ['email', 'payments', 'theme'],
        flows: [expect.any(String)],
      })
    })
  })

  describe('who calls', () => {
    test.each([[undefined], ['wrong'], ['a-key-for-both-of-more-than-32-byteZ']])(
      '%s is refused',
      async (key) => {
        const told = await peer.askAs(key)('checkGate', { body: 'not even JSON' })
        refused(told, 401, 'unauthenticated')
        expect(told.headers.get('www-authenticate')).toBe('Bearer')
        refused(await peer.askAs(key)('listGates'), 401, 'unauthenticated')
      },
    )

    test('gets a correlation id of their own, or one that is made', async () => {
      const own = await ask('listGates', { headers: { 'x-correlation-id': 'a.b:c-1_2' } })
      expect(own.headers.get('x-correlation-id')).toBe('a.b:c-1_2')
      for (const headers of [{}, { 'x-correlation-id': 'not one' }])
        expect((await ask('listGates', { headers })).headers.get('x-correlation-id')).toMatch(/^[\w-]{36}$/)
    })

    test('is told where nothing is served', async () => {
      const response = await peer.send(new Request(`${peer.origin}/api/nothing`))
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ error: 'route_not_found' })
    })
  })

  describe('a person', () => {
    const tell = (userId: string, body: object): Promise<Told> => ask('putUser', { path: { userId }, body })

    test('has facts: absent leaves, null forgets, a value stores', async () => {
      const userId = 'Zoë/1 %2F'
      const createdAt = '2026-01-31T10:00:00+01:00'
      await tell(userId, {
        role: 'owner',
        plan: 'team',
        createdAt,
        attributes: { a: 1, b: 2 },
        account: 'a-1',
      })
      const { body } = await tell(userId, { plan: null, market: 'FR', attributes: { a: null, c: [3] } })
      expect(body).toEqual({
        userId,
        facts: {
          role: 'owner',
          market: 'FR',
          createdAt: '2026-01-31T09:00:00.000Z',
          attributes: { b: 2, c: [3] },
        },
        account: 'a-1',
      })
      expect((await tell(userId, { account: null })).body.account).toBeNull()
    })

    test.each([
      [{ role: 7 }],
      [{ role: '' }],
      [{ plan: 'x'.repeat(65) }],
      [{ createdAt: 'yesterday' }],
      [{ createdAt: '2026-01-31T10:00:00' }],
      [{ attributes: [] }],
      [{ attributes: null }],
      [{ account: '' }],
      [{ name: 'Ada' }],
    ])('told %o is refused', async (body) => {
      refused(await tell('refused', body), 400, 'invalid_request')
    })

    test('has an onboarding', async () => {
      const userId = someone()
      await tell(userId, { market: 'DE' })
      await done(userId, 'payments')
      const { body } = await ask('getUserOnboarding', { path: { userId } })
      const step = { version: 1, required: true, weight: 1, allowed: true }
      expect(body).toEqual({
        flow: { name: 'shop', version: 1 },
        status: 'in_progress',
        progress: 33,
        position: { current: 1, total: 3, completed: 1, skipped: 0 },
        nextStep: 'email',
        steps: [
          { ...step, id: 'email', title: 'Verify your email', status: 'todo' },
          {
            ...step,
            id: 'payments',
            title: 'Set up payments',
            status: 'done',
            completedAt: iso,
            completedBy: userId,
            action: {
              type: 'open_modal',
              modal: 'payments_setup',
              prefill: { country: 'DE', price: '$100', currency: 'EUR' },
            },
          },
          {
            ...step,
            id: 'theme',
            title: 'Choose a theme',
            status: 'todo',
            action: { type: 'redirect', url: '/store/theme' },
          },
        ],
        nudge: { visible: true, remainingSteps: 2, snoozeCount: 0, maxSnoozes: 3, snoozeDays: 7 },
        guide: { dismissed: false },
        welcome: { seen: false },
        features: { enabled: true, skip: true, snooze: true, guardRails: true },
        experiments: {},
        config: {},
      })
    })

    test('whom nobody knows has none; another flow is refused', async () => {
      const userId = someone()
      const path = { userId }
      refused(await ask('getUserOnboarding', { path }), 404, 'person_not_found')
      await check(userId)
      expect((await ask('getUserOnboarding', { path, query: { flow: 'shop' } })).status).toBe(200)
      refused(await ask('getUserOnboarding', { path, query: { flow: 'other' } }), 404, 'flow_not_found')
      refused(await ask('getUserOnboarding', { path, query: { flaw: 'shop' } }), 400, 'invalid_request')
    })

    test('does steps, the last of which completes the flow; doing one again changes nothing', async () => {
      const userId = someone()
      const first = await done(userId, 'email')
      expect(first.body).toEqual({
        success: true,
        step: { id: 'email', status: 'done', updatedAt: iso },
        flow: { name: 'shop', version: 1 },
        status: 'in_progress',
        progress: 33,
        position: { current: 2, total: 3, completed: 1, skipped: 0 },
        nextStep: 'payments',
      })
      expect((await done(userId, 'email')).body).toEqual(first.body)
      await done(userId, 'payments')
      expect((await done(userId, 'theme')).body).toMatchObject({
        status: 'completed',
        progress: 100,
        position: { current: 3, total: 3, completed: 3, skipped: 0 },
        nextStep: null,
      })
      const { body } = await ask('getUserOnboarding', { path: { userId } })
      expect(body.nudge).toMatchObject({ visible: false, remainingSteps: 0 })
    })

    test.each([
      ['nothing', { status: 'done' }, {}, 404, 'step_not_found'],
      ['email', { status: 'skipped' }, {}, 400, 'step_required'],
      ['email', { status: 'done' }, { flow: 'other' }, 404, 'flow_not_found'],
      ['email', { status: 'todo' }, {}, 400, 'invalid_request'],
      ['email', {}, {}, 400, 'invalid_request'],
      ['email', { status: 'done', metadata: 'none' }, {}, 400, 'invalid_request'],
      ['email', { status: 'done', reason: '' }, {}, 400, 'invalid_request'],
      ['email', { status: 'done', by: 'me' }, {}, 400, 'invalid_request'],
    ])('changes %s to %o %o: %i %s', async (stepId, body, query, status, error) => {
      const path = { userId: 'changer', stepId }
      refused(await ask('changeUserStep', { path, query, body }), status, error)
    })

    test('is erased, and comes back as a stranger when told again', async () => {
      const userId = someone()
      const path = { userId }
      await tell(userId, { role: 'owner' })
      await done(userId, 'payments')
      const { body } = await ask('deleteUser', { path })
      expect(body).toEqual({ receipt: { id: expect.stringMatching(/^[\w-]{36}$/), erasedAt: iso } })
      refused(await ask('deleteUser', { path }), 404, 'person_not_found')
      refused(await ask('getUserOnboarding', { path }), 404, 'person_not_found')
      refused(await check(userId), 403, 'person_erased')
      refused(await done(userId, 'payments'), 403, 'person_erased')
      expect((await tell(userId, {})).body).toEqual({ userId, facts: { attributes: {} }, account: null })
      refused(await check(userId), 409, 'PRECONDITION_REQUIRED')
    })
  })

  describe('events', () => {
    const send = (body: unknown): Promise<Told> => ask('sendEvents', { body })
    const statuses = async (body: unknown): Promise<string[]> =>
      (await send(body)).body.results.map(({ status }: { status: string }) => status)
    const track = (userId: string, more: object = {}) => ({ type: 'track', userId, event: 'paid', ...more })
    const identify = (userId: string, traits: object, more: object = {}) => ({
      type: 'identify',
      userId,
      traits,
      ...more,
    })

    test('are answered one by one, and a bad one refuses only itself', async () => {
      const userId = someone()
      const { body } = await send({
        batch: [
          track(userId, { context: { ip: '::1' }, timestamp: '2026-01-31T10:00:00+01:00' }),
          track(''),
          track(userId, { event: undefined }),
          track(userId, { properties: [] }),
          track(userId, { messageId: '' }),
          track(userId, { timestamp: 'today' }),
          { type: 'page', userId },
          { type: 'identify', userId },
          null,
          identify(userId, {}),
          { type: 'alias', previousId: userId, userId: `${userId}-known` },
          { type: 'alias', previousId: userId, userId },
        ],
        sentAt: '2026-01-31T10:00:00Z',
      })
      const reason = (path: string) => expect.stringMatching(new RegExp(`^${path}: found .+, expected .+`))
      expect(body.results).toEqual([
        { index: 0, status: 'accepted' },
        { index: 1, status: 'refused', reason: reason('userId') },
        { index: 2, status: 'refused', reason: reason('event') },
        { index: 3, status: 'refused', reason: reason('properties') },
        { index: 4, status: 'refused', reason: reason('messageId') },
        { index: 5, status: 'refused', reason: reason('timestamp') },
        { index: 6, status: 'refused', reason: reason('type') },
        { index: 7, status: 'refused', reason: reason('traits') },
        { index: 8, status: 'refused', reason: reason('the event') },
        { index: 9, status: 'accepted' },
        { index: 10, status: 'accepted' },
        { index: 11, status: 'refused', reason: reason('previousId') },
      ])
    })

    test('of who somebody is tell facts and attributes, once for each messageId of a person', async () => {
      const userId = someone()
      const first = identify(userId, { plan: 'team', role: 7, seats: 3 }, { messageId: 'm-1' })
      expect(await statuses(first)).toEqual(['accepted'])
      expect(await statuses(identify(userId, { plan: 'solo' }, { messageId: 'm-1' }))).toEqual(['duplicate'])
      expect(await statuses(identify(someone(), { plan: 'solo' }, { messageId: 'm-1' }))).toEqual([
        'accepted',
      ])
      const { body } = await ask('putUser', { path: { userId }, body: {} })
      expect(body.facts).toEqual({ plan: 'team', attributes: { role: 7, seats: 3 } })
    })

    test('of an erased person are refused, until they are told of again', async () => {
      const userId = someone()
      await ask('putUser', { path: { userId }, body: {} })
      await ask('deleteUser', { path: { userId } })
      expect(await statuses(track(userId))).toEqual(['refused'])
      expect(await statuses(identify(userId, { role: 'owner' }))).toEqual(['refused'])
      await ask('putUser', { path: { userId }, body: {} })
      expect(await statuses(track(userId))).toEqual(['accepted'])
    })

    test.each([[7], [null], [[]], [{}], [{ batch: [] }], [{ batch: 'all' }], [{ event: 'paid' }]])(
      '%o is no event',
      async (body) => {
        refused(await send(JSON.stringify(body)), 400, 'invalid_request')
      },
    )
  })

  test('an account has attributes', async () => {
    const path = { accountId: 'acme' }
    await ask('putAccount', { path, body: { attributes: { seats: 3, plan: 'team' } } })
    const { body } = await ask('putAccount', { path, body: { attributes: { plan: null, city: 'Lyon' } } })
    expect(body).toEqual({ accountId: 'acme', attributes: { seats: 3, city: 'Lyon' } })
    expect((await ask('putAccount', { path, body: {} })).body).toEqual(body)
    refused(await ask('putAccount', { path, body: { name: 'Acme' } }), 400, 'invalid_request')
  })
}

describe('the fake', () => behaviours(startFake))
forEachDatabase((_, open) => behaviours(() => startReal(open)))
