import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationIds, operationRow } from '@boardwalk/contract'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, tokenOf, type Call, type House } from './open-house.ts'

// Of somebody of another account; whatever is asked for, nobody else may read it.
const canaries = [
  'canary-plan',
  'canary-attribute',
  'canary-account',
  'canary-reason',
  'canary-note',
  'canary-event',
]

const flow = {
  name: 'shop',
  steps: [
    { id: 'profile', title: 'Profile' },
    { id: 'team', title: 'Team', scope: 'account' },
    { id: 'connect', title: 'Connect', trigger: { event: 'connected' } },
  ],
  gates: { publish: { steps: ['profile'], critical: false } },
}

/** What each operation of the person may be sent; absent: `{}`. */
const bodies: Readonly<Record<string, object>> = {
  changeStep: { status: 'done' },
  snoozeNudge: { days: 1 },
  putConsent: { analytics: true },
  sendBrowserEvent: { type: 'setup_guide_viewed' },
  evaluateFlag: { context: { targetingKey: 'ada' } },
  evaluateFlags: { context: { targetingKey: 'ada' } },
}

forEachDatabase((_, open) => {
  describe('what a person is answered', () => {
    let house: House
    beforeAll(async () => {
      house = await openHouse(await open())
      await house.publish(flow)
      const { server } = house
      await server('PUT', '/api/accounts/canary-account', { attributes: { name: 'canary-account' } })
      await server('PUT', '/api/users/ben', {
        plan: 'canary-plan',
        account: 'canary-account',
        attributes: { name: 'canary-attribute' },
      })
      await server('GET', '/api/users/ben/onboarding')
      const steps = '/api/users/ben/onboarding/steps'
      const done = { status: 'skipped', reason: 'canary-reason' }
      await server('PATCH', `${steps}/team`, done)
      await server('PATCH', `${steps}/profile`, { status: 'done', metadata: { note: 'canary-note' } })
      const event = { type: 'track', userId: 'ben', event: 'connected', properties: { id: 'canary-event' } }
      await server('POST', '/api/events', event)
      await server('PUT', '/api/users/ada', { role: 'owner', account: 'a-1' })
      const held = JSON.stringify((await server('GET', '/api/users/ben/export')).body)
      for (const canary of canaries) expect(held).toContain(canary)
    })
    afterAll(() => house.boardwalk.stop())

    const operations = operationIds.map((id) => ({ id, ...operationRow(id) }))
    // Who erases themselves gets no answers after that.
    const ofPeople = operations
      .filter(({ caller }) => caller.kind === 'person' || caller.kind === 'either')
      .filter(({ id }) => id !== 'eraseOwn')

    /** The answer, or as much of a stream as comes first. */
    const asked = async (path: string, init: RequestInit): Promise<string> => {
      const response = await house.boardwalk.fetch(new Request(`http://boardwalk.test${path}`, init))
      const headers = JSON.stringify([...response.headers])
      if (response.body === null) return headers
      if (!/event-stream/.test(response.headers.get('content-type') ?? ''))
        return headers + (await response.text())
      const reader = response.body.getReader()
      const { value } = await reader.read()
      await reader.cancel()
      return headers + new TextDecoder().decode(value)
    }

    // Right token, foreign id: wherever somebody might look for one.
    const ways: readonly {
      readonly where: string
      readonly query?: string
      readonly headers?: Record<string, string>
      readonly body?: object
      readonly claims?: object
    }[] = [
      { where: 'nowhere' },
      { where: 'the query', query: '?userId=ben&user_id=ben&sub=ben' },
      { where: 'the filter', query: '?flow=shop&userId=ben' },
      { where: 'the cursor', query: `?cursor=${Buffer.from('1').toString('base64url')}` },
      { where: 'headers', headers: { 'x-user-id': 'ben', 'x-forwarded-user': 'ben', cookie: 'userId=ben' } },
      { where: 'the body', body: { userId: 'ben', sub: 'ben', account: 'canary-account' } },
      { where: 'a key of a repeated request', headers: { 'idempotency-key': 'bens' } },
      { where: 'a claim', claims: { userId: 'ben', user_id: 'ben', user: { id: 'ben' } } },
    ]

    test.each(ways)('has nothing of another one, who is named in: $where', async (way) => {
      await (
        await house.person('ben')
      )('POST', '/api/onboarding/resume', undefined, { 'idempotency-key': 'bens' })
      const token = await tokenOf('ada', way.claims)
      let answers = 0
      for (const { id, method, path, body } of ofPeople) {
        const url = path.replace('{id}', 'profile').replace('{key}', 'shop') + (way.query ?? '')
        const sent = { ...bodies[id], ...way.body }
        const headers = {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...way.headers,
        }
        const text = await asked(url, {
          method: method.toUpperCase(),
          headers,
          ...(body && { body: JSON.stringify(sent) }),
        })
        for (const canary of canaries.filter((one) => !JSON.stringify(sent).includes(one)))
          expect(text, `${id} answers of another person`).not.toContain(canary)
        answers += 1
      }
      expect(answers).toBe(17)
      expect((await house.server('GET', '/api/users/ben/explain')).body.person?.account).not.toBe('a-1')
    })

    test('is a refusal wherever a path, or the context of a flag, names somebody', async () => {
      const ada = await house.person('ada')
      const named = operations.filter(({ path }) => path.includes('{userId}'))
      expect(named.length).toBeGreaterThan(5)
      for (const { method, path, body } of named)
        for (const whose of ['ben', 'ada']) {
          const answer = await ada(method.toUpperCase(), path.replace('{userId}', whose), body && {})
          expect(answer.status).toBe(401)
        }
      const context = { targetingKey: 'ben' }
      for (const path of ['/ofrep/v1/evaluate/flags', '/ofrep/v1/evaluate/flags/shop'])
        expect((await ada('POST', path, { context })).status).toBe(403)
    })

    test('is changed by nothing that another one says of them', async () => {
      const cid = await house.person('cid', { account: 'a-1' })
      await cid('PATCH', '/api/onboarding/steps/team', { status: 'done' })
      const { body } = await house.server('GET', '/api/users/ben/onboarding')
      expect(body.steps.find(({ id }: { id: string }) => id === 'team')).toMatchObject({ status: 'skipped' })
    })
  })

  describe('what a server is answered', () => {
    let house: House
    let server: Call
    beforeAll(async () => {
      house = await openHouse(await open(), { webhooks: { allow: ['127.0.0.1'] } })
      server = house.server
      await house.publish(flow)
    })
    afterAll(() => house.boardwalk.stop())

    test('is of the one it asks for, wherever a cursor comes from', async () => {
      for (const who of ['ben', 'ada']) {
        await server('PUT', `/api/users/${who}`, { plan: `plan-of-${who}` })
        await house.person(who).then((call) => call('GET', '/api/onboarding'))
        await server('PATCH', `/api/users/${who}/onboarding/steps/profile`, {
          status: 'done',
          metadata: { who },
        })
      }
      const bens = (await server('GET', '/api/admin/people/ben/timeline?limit=1')).body
      expect(bens.nextCursor).toEqual(expect.any(String))
      const adas = await server('GET', `/api/admin/people/ada/timeline?cursor=${bens.nextCursor}`)
      expect(adas.status).toBe(200)
      expect(adas.body.events.length).toBeGreaterThan(0)
      expect(JSON.stringify(adas.body)).not.toContain('"ben"')
    })

    test('is nothing of one webhook by the id of another', async () => {
      const [one, other] = await Promise.all(
        [1, 2].map(async (port) => {
          const made = await server('POST', '/api/admin/webhooks', {
            url: `http://127.0.0.1:${port}/`,
            types: ['onboarding.enrolled'],
          })
          expect(made.status).toBe(201)
          return made.body
        }),
      )
      await server('PUT', '/api/users/eve', {})
      await house.person('eve').then((call) => call('GET', '/api/onboarding'))
      const deliveries = async (id: string) =>
        (await server('GET', `/api/admin/webhooks/${id}/deliveries`)).body.items
      await expect.poll(async () => (await deliveries(one.id)).length).toBeGreaterThan(0)
      const [delivery] = await deliveries(one.id)
      const resend = (webhook: string) =>
        server('POST', `/api/admin/webhooks/${webhook}/deliveries/${delivery.id}/resend`)
      expect((await resend(other.id)).status).toBe(404)
      expect((await deliveries(other.id)).map(({ id }: { id: string }) => id)).not.toContain(delivery.id)
    })
  })
})
