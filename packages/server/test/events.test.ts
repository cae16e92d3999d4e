import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Answer, type House } from './open-house.ts'

const track = (userId: string, event: string, more: object = {}) => ({
  type: 'track',
  userId,
  event,
  ...more,
})
const identify = (userId: string, traits: object, more: object = {}) => ({
  type: 'identify',
  userId,
  traits,
  ...more,
})

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
        {
          id: 'connect',
          title: 'Connect',
          completion: 'proof',
          dependsOn: ['profile'],
          restrictedTo: ['owner'],
          trigger: {
            event: 'integration.created',
            where: { kind: { $in: ['crm', ''] } },
            metadata: { integrationId: '$.integration_id', proto: '$.__proto__.x' },
          },
        },
        { id: 'invite', title: 'Invite', trigger: { event: 'invited' } },
        { id: 'board', title: 'Board', condition: { plan: 'team' }, trigger: { event: 'board.made' } },
      ],
    })
  })
  afterAll(() => house.boardwalk.stop())

  const send = (body: unknown): Promise<Answer> => house.server('POST', '/api/events', body)
  const statuses = async (body: unknown): Promise<string[]> =>
    (await send(body)).body.results.map(({ status }: { status: string }) => status)
  const eventsOf = async (userId: string): Promise<any[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events
  /** What the person finds done, in the order in which it was. */
  const completedBy = async (userId: string): Promise<string[]> => {
    await (
      await house.person(userId)
    )('GET', '/api/onboarding')
    return (await eventsOf(userId))
      .filter(({ type }) => type === 'onboarding.step_completed')
      .map(({ stepId }) => stepId)
  }
  const connected = (userId: string, more: object = {}) =>
    track(userId, 'integration.created', { properties: { kind: 'crm', integration_id: 'i-1' }, ...more })
  const count = async (): Promise<unknown> => {
    const tables = ['person', 'enrolment', 'step_state', 'happening', 'idempotency_key']
    const text = `select ${tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')}`
    return (await database.query({ name: 'count_event_rows', text }))[0]
  }
  const storesNothing = async (work: () => Promise<unknown>): Promise<void> => {
    const before = await count()
    await work()
    expect(await count()).toEqual(before)
  }

  test('a step that asks for proof refuses the click and takes the event, before its dependencies', async () => {
    const me = await house.person('ada')
    const owner = await house.person('ada', { role: 'owner' })
    expect((await me('PATCH', '/api/onboarding/steps/connect', { status: 'done' })).status).toBe(403)
    expect(await owner('PATCH', '/api/onboarding/steps/connect', { status: 'done' })).toMatchObject({
      status: 409,
      body: { error: 'proof_required' },
    })
    expect((await send(connected('ada'))).body).toEqual({ results: [{ index: 0, status: 'accepted' }] })
    const seen = (await me('GET', '/api/onboarding')).body.steps
    expect(seen.find(({ id }: any) => id === 'connect')).toMatchObject({ status: 'done', completedBy: 'ada' })
    const told = (await eventsOf('ada')).find(({ type }) => type === 'onboarding.step_completed')
    expect(told).toMatchObject({
      stepId: 'connect',
      data: { source: 'event', metadata: { integrationId: 'i-1' }, durationMs: expect.any(Number) },
    })
    await storesNothing(() => send(connected('ada')))
  })

  test('a person nobody knew becomes known by an event that a step waits for, and finds that step done', async () => {
    const newcomer = await house.person('newcomer')
    expect(await statuses(track('newcomer', 'invited'))).toEqual(['accepted'])
    const { body: held } = await house.server('GET', '/api/users/newcomer/export')
    expect(held).toMatchObject({
      enrolments: [],
      remembered: [{ name: 'invited', at: expect.stringMatching(/Z$/), properties: {} }],
    })
    const { body } = await newcomer('GET', '/api/onboarding')
    expect(body.steps.find(({ id }: any) => id === 'invite')).toMatchObject({ status: 'done' })
    expect(await completedBy('newcomer')).toEqual(['invite'])
  })

  test.each([['that no trigger names', track('nobody', 'page.viewed', { messageId: 'm-1' })]])(
    'an event %s is accepted and stores nothing',
    async (_name, event) => {
      await storesNothing(async () => expect(await statuses(event)).toEqual(['accepted']))
      expect((await house.server('GET', '/api/users/nobody/export')).status).toBe(404)
    },
  )

  describe('a batch', () => {
    test('is answered event by event, and a bad one refuses only itself', async () => {
      const evil = JSON.parse('{"__proto__": {"x": 1, "admin": true}, "kind": "crm"}')
      const deep = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)
      const { status, body } = await send({
        batch: [
          track('mixed', 'invited', { context: evil, integrations: deep }),
          track('', 'invited'),
          { type: 'page', userId: 'mixed' },
          null,
          track('mixed', 'integration.created', { properties: evil }),
          track('mixed', 'integration.created', { properties: deep }),
          track('mixed', 'integration.created', { properties: { kind: 'crm', a: 'x'.repeat(17_000) } }),
          track('mixed', 'invited', { messageId: '' }),
          track('mixed', 'in\0vited'),
          connected('mixed', { anonymousId: 'a', timestamp: '2026-01-31T10:00:00+01:00' }),
        ],
        sentAt: '2026-01-31T10:00:00Z',
        writeKey: 'k',
      })
      expect(status).toBe(200)
      const reason = (path: string) => expect.stringMatching(new RegExp(`^${path}: found .+, expected .+`))
      expect(body.results).toEqual([
        { index: 0, status: 'accepted' },
        { index: 1, status: 'refused', reason: reason('userId') },
        { index: 2, status: 'refused', reason: reason('type') },
        { index: 3, status: 'refused', reason: reason('the event') },
        { index: 4, status: 'refused', reason: reason('properties.__proto__') },
        { index: 5, status: 'refused', reason: reason('properties.+') },
        { index: 6, status: 'refused', reason: reason('properties') },
        { index: 7, status: 'refused', reason: reason('messageId') },
        { index: 8, status: 'refused', reason: reason('event') },
        { index: 9, status: 'accepted' },
      ])
      expect(await completedBy('mixed')).toEqual(['connect', 'invite'])
      expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
    })

    test('takes the events of a person in order, whatever they are', async () => {
      await (
        await house.person('orderly')
      )('GET', '/api/onboarding')
      const batch = [
        track('orderly', 'board.made'),
        identify('orderly', { plan: 'team', account: 'acme' }),
        track('orderly', 'board.made', { messageId: 'second' }),
        identify('orderly', { plan: 'solo', account: null }),
        connected('orderly', { properties: { kind: 'crm', integration_id: 'first' } }),
        connected('orderly', { properties: { kind: 'crm', integration_id: 'later' } }),
      ]
      expect(await statuses({ batch })).toEqual(batch.map(() => 'accepted'))
      expect(await completedBy('orderly')).toEqual(['board', 'connect'])
      expect(
        (await eventsOf('orderly')).find(
          ({ stepId, type }) => stepId === 'connect' && /done|completed/.test(type),
        ),
      ).toMatchObject({ data: { metadata: { integrationId: 'first' } } })
      const { body } = await house.server('PUT', '/api/users/orderly', {})
      expect(body).toMatchObject({ facts: { plan: 'solo' }, account: null })
    })

    test('of 500 people is taken whole', async () => {
      const batch = Array.from({ length: 500 }, (_, n) =>
        track(`crowd-${n}`, 'invited', { messageId: 'same' }),
      )
      expect(new Set(await statuses({ batch }))).toEqual(new Set(['accepted']))
      expect(new Set(await statuses({ batch }))).toEqual(new Set(['duplicate']))
      expect(await completedBy('crowd-499')).toEqual(['invite'])
    })
  })

  describe('an id', () => {
    test('has one effect, however many bring it at once, to whichever process', async () => {
      const other = await openHouse(database)
      const event = connected('twenty', { messageId: 'once' })
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? house : other).server('POST', '/api/events', event)),
      )
      await other.boardwalk.stop()
      const all = answers.map(({ body }) => body.results[0].status)
      expect(all.filter((status) => status === 'accepted')).toHaveLength(1)
      expect(all.filter((status) => status === 'duplicate')).toHaveLength(19)
      expect(await completedBy('twenty')).toEqual(['connect'])
    })

    test('stands for one event, whatever the next one says', async () => {
      const batch = [
        track('repeater', 'invited', { messageId: 'id' }),
        connected('repeater', { messageId: 'id' }),
        identify('repeater', { plan: 'team' }, { messageId: 'id' }),
      ]
      expect(await statuses({ batch })).toEqual(['accepted', 'duplicate', 'duplicate'])
      expect(await completedBy('repeater')).toEqual(['invite'])
      expect(await statuses(connected('another', { messageId: 'id' }))).toEqual(['accepted'])
    })

    test('keeps facts of before from coming back, also when they changed nothing', async () => {
      const solo = identify('mover', { plan: 'solo', seats: 0 }, { messageId: 'one' })
      await send(identify('mover', { plan: 'solo', seats: 0 }))
      expect(await statuses(solo)).toEqual(['accepted'])
      expect(await statuses(identify('mover', { plan: 'team' }, { messageId: 'two' }))).toEqual(['accepted'])
      expect(await statuses(solo)).toEqual(['duplicate'])
      const { body } = await house.server('PUT', '/api/users/mover', {})
      expect(body.facts).toEqual({ plan: 'team', attributes: { seats: 0 } })
    })

    test('of an event that came too early is used up, and its step done once it is theirs', async () => {
      const early = track('early', 'board.made', { messageId: 'early' })
      expect(await statuses(early)).toEqual(['accepted'])
      expect(await completedBy('early')).toEqual([])
      await house.server('PUT', '/api/users/early', { plan: 'team' })
      expect(await statuses(early)).toEqual(['duplicate'])
      expect(await completedBy('early')).toEqual(['board'])
    })

    test('is made of the content where the sender gives none but says when', async () => {
      const timestamp = '2026-01-31T09:00:00Z'
      const noted = identify('unnumbered', { plan: 'team' }, { timestamp })
      expect(await statuses({ batch: [noted, noted, { ...noted, traits: { plan: 'solo' } }] })).toEqual([
        'accepted',
        'duplicate',
        'accepted',
      ])
      expect(await statuses({ ...noted, timestamp: '2026-01-31T09:00:01Z' })).toEqual(['accepted'])
      const always = identify('unnumbered', { plan: 'team' })
      expect(await statuses({ batch: [always, always] })).toEqual(['accepted', 'accepted'])
    })
  })

  test('a person cannot use up the id of an event about them with a key of their own', async () => {
    const eve = await house.person('eve-of-keys', { role: 'admin' })
    await eve('GET', '/api/onboarding')
    const headers = { 'idempotency-key': 'event:role-change-17' }
    await eve('PATCH', '/api/onboarding/steps/theme', { status: 'skipped' }, headers)
    const change = identify('eve-of-keys', { role: 'staff' }, { messageId: 'role-change-17' })
    expect(await statuses(change)).toEqual(['accepted'])
    expect(await statuses(change)).toEqual(['duplicate'])
  })

  test('an erased person does not come back by a late word of who they are; only PUT brings them back', async () => {
    const told = identify(
      'gone-for-good',
      { plan: 'team', email: 'gone@example.org' },
      { messageId: 'm-gone' },
    )
    expect(await statuses(told)).toEqual(['accepted'])
    await house.server('DELETE', '/api/users/gone-for-good')
    expect(await statuses(told)).toEqual(['refused'])
    expect((await house.server('GET', '/api/users/gone-for-good/export')).status).toBe(404)
    await house.server('PUT', '/api/users/gone-for-good', {})
    expect((await house.server('GET', '/api/users/gone-for-good/export')).body.facts).toEqual({
      attributes: {},
    })
  })

  test('an erased person does not come back by what they do', async () => {
    await send(track('gone', 'invited'))
    await house.server('DELETE', '/api/users/gone')
    const { body } = await send({ batch: [track('gone', 'invited'), track('still-here', 'invited')] })
    expect(body.results).toEqual([
      { index: 0, status: 'refused', reason: expect.stringContaining('erased') },
      { index: 1, status: 'accepted' },
    ])
  })

  test('facts that are too large together are refused, with the reason', async () => {
    const traits = (name: string) => identify('heavy', { [name]: 'x'.repeat(15_000) })
    const { body } = await send({ batch: [traits('a'), traits('b'), traits('c')] })
    expect(body.results.map(({ status }: any) => status)).toEqual(['accepted', 'accepted', 'refused'])
    expect(body.results[2].reason).toContain('32768 bytes')
  })

  describe('refused as a whole', () => {
    test.each<[string, unknown, number, string]>([
      ['no body', undefined, 400, 'invalid_request'],
      ['neither shape', {}, 400, 'invalid_request'],
      ['an array', [track('u', 'invited')], 400, 'invalid_request'],
      ['an empty batch', { batch: [] }, 400, 'invalid_request'],
      [
        '501 events',
        { batch: Array.from({ length: 501 }, () => track('u', 'invited')) },
        400,
        'invalid_request',
      ],
      ['half a JSON', '{"batch": [', 400, 'malformed_json'],
      ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, 'invalid_request'],
      ['600 KB', { batch: [track('u', 'x'.repeat(600_000))] }, 413, 'body_too_large'],
    ])('%s', async (_name, body, status, error) => {
      await storesNothing(async () => expect(await send(body)).toMatchObject({ status, body: { error } }))
    })

    test('a key without the scope, a person, and nobody', async () => {
      const keyFor = async (scope: string): Promise<string> =>
        (await house.server('POST', '/api/admin/api-keys', { name: scope, scopes: [scope] })).body.key
      const event = track('scoped', 'invited')
      const denied = await house.as(await keyFor('people:write'))('POST', '/api/events', event)
      expect(denied).toMatchObject({ status: 403, body: { error: 'forbidden' } })
      const me = await house.person('scoped')
      for (const call of [me, house.as(undefined)])
        expect((await call('POST', '/api/events', event)).status).toBe(401)
      const allowed = await house.as(await keyFor('events:write'))('POST', '/api/events', event)
      expect(allowed.body).toEqual({ results: [{ index: 0, status: 'accepted' }] })
    })
  })

  test('the host’s own process tracks without HTTP, once each', async () => {
    const { verbs } = house.boardwalk
    const properties = { kind: 'crm', integration_id: 'here' }
    expect(await verbs.track('insider', 'integration.created', properties, 'm')).toBe('accepted')
    expect(await verbs.track('insider', 'integration.created', properties, 'm')).toBe('duplicate')
    expect(await verbs.track('insider', 'invited')).toBe('accepted')
    expect(await completedBy('insider')).toEqual(['connect', 'invite'])
    await expect(verbs.track('', 'invited')).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
