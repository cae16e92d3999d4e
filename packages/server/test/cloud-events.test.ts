import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Analytics } from '@segment/analytics-node'
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { apiKey, openHouse, type Answer, type House } from './open-house.ts'

const structured = 'application/cloudevents+json'
const batched = 'application/cloudevents-batch+json'

let given = 0
const event = <const Subject>(subject: Subject, more: object = {}) => ({
  specversion: '1.0',
  id: `id-${++given}`,
  source: '/shop',
  type: 'integration.created',
  subject,
  data: { kind: 'crm', integration_id: 'i-1' },
  ...more,
})

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  const server = createServer()
  let address: string
  beforeAll(async () => {
    database = await open()
    house = await openHouse(database)
    server.on('request', house.boardwalk.listener)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const trigger = {
      event: 'integration.created',
      where: { kind: 'crm' },
      metadata: { integrationId: '$.integration_id' },
    }
    await house.publish({
      name: 'start',
      steps: [
        { id: 'connect', title: 'Connect', completion: 'proof', trigger },
        { id: 'ping', title: 'Ping', trigger: { event: 'ping' } },
      ],
    })
  })
  afterAll(async () => {
    server.close()
    await house.boardwalk.stop()
  })

  const send = (body: unknown, type: string, headers: Record<string, string> = {}): Promise<Answer> =>
    house.server('POST', '/api/events', body, { 'content-type': type, ...headers })
  const resultsOf = async (answer: Promise<Answer>): Promise<any[]> => (await answer).body.results
  const statuses = async (answer: Promise<Answer>): Promise<string[]> =>
    (await resultsOf(answer)).map(({ status }) => status)
  const doneBy = async (userId: string): Promise<string[]> => {
    const { body } = await (await house.person(userId))('GET', '/api/onboarding')
    return body.steps.filter(({ status }: any) => status === 'done').map(({ id }: any) => id)
  }
  const rememberedOf = async (userId: string): Promise<any[]> =>
    (await house.server('GET', `/api/users/${userId}/export`)).body.remembered

  describe('a stock client', () => {
    const authorization = `Bearer ${apiKey}`

    test.each([
      ['structured', Mode.STRUCTURED],
      ['binary', Mode.BINARY],
    ])('sends CloudEvents in %s mode', async (mode, by) => {
      const subject = `stock-${mode}`
      const emit = emitterFor(httpTransport(`${address}/api/events`), { binding: HTTP, mode: by })
      const sent = new CloudEvent({ ...event(subject), extension: 'x', dataschema: 'https://shop.example/s' })
      for (const status of ['accepted', 'duplicate']) {
        const answer = (await emit(sent, { headers: { authorization } })) as { body: string }
        expect(JSON.parse(answer.body)).toEqual({ results: [{ index: 0, status }] })
      }
      expect(await doneBy(subject)).toEqual(['connect'])
      expect(await rememberedOf(subject)).toMatchObject([
        { name: 'integration.created', properties: { kind: 'crm', integration_id: 'i-1' } },
      ])
    })

    test('writes a batch of CloudEvents', async () => {
      const batch = ['stock-a', 'stock-b'].map((subject) => new CloudEvent(event(subject)))
      expect(await resultsOf(send(JSON.stringify(batch), batched))).toEqual([
        { index: 0, status: 'accepted' },
        { index: 1, status: 'accepted' },
      ])
      expect(await doneBy('stock-b')).toEqual(['connect'])
    })

    const segment = (writeKey: string): { analytics: Analytics; errors: string[] } => {
      const analytics = new Analytics({
        writeKey,
        host: address,
        path: '/api/events',
        maxRetries: 0,
        flushInterval: 10,
      })
      const errors: string[] = []
      analytics.on('error', ({ reason }) => errors.push(String(reason)))
      return { analytics, errors }
    }

    test('of Segment’s tracks and identifies, with the key as its write key', async () => {
      const { body } = await house.server('POST', '/api/admin/api-keys', {
        name: 'segment',
        scopes: ['events:write'],
      })
      const { analytics, errors } = segment(body.key)
      analytics.identify({ userId: 'segmented', traits: { plan: 'team', seats: 0 } })
      analytics.track({
        userId: 'segmented',
        event: 'integration.created',
        properties: { kind: 'crm', integration_id: 'i-2' },
      })
      await analytics.flush()
      expect(errors).toEqual([])
      expect(await doneBy('segmented')).toEqual(['connect'])
      const held = (await house.server('GET', '/api/users/segmented/export')).body
      expect(held.facts).toEqual({ plan: 'team', attributes: { seats: 0 } })
    })

    test('of Segment’s is told when its key is wrong', async () => {
      const { analytics, errors } = segment('not-a-key')
      analytics.track({ userId: 'unkeyed', event: 'ping' })
      await analytics.flush()
      expect(errors).toEqual([expect.stringContaining('401')])
      expect((await house.server('GET', '/api/users/unkeyed/export')).status).toBe(404)
    })
  })

  describe('who may', () => {
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    const as = (authorization: string, path = '/api/events', method = 'POST'): Promise<Answer> =>
      house.as(undefined)(
        method,
        path,
        method === 'GET' ? undefined : { type: 'track', userId: 'b', event: 'ping' },
        {
          authorization,
        },
      )

    test('with the key as the user of Basic, whatever the password', async () => {
      for (const text of [`${apiKey}:`, apiKey, `${apiKey}:password`])
        expect((await as(basic(text))).status).toBe(200)
      for (const text of ['', ':', `:${apiKey}`, `${apiKey}x:`, 'ÿ\0:'])
        expect((await as(basic(text))).status, text).toBe(401)
      for (const header of ['Basic', 'Basic !', `Basic ${apiKey}`])
        expect((await as(header)).status).toBe(401)
    })

    test('nothing but send events', async () => {
      expect((await as(basic(`${apiKey}:`), '/api/admin/flows', 'GET')).status).toBe(401)
      expect((await as(basic(`${apiKey}:`), '/api/users/b/export', 'GET')).status).toBe(401)
      expect((await as(basic(`${apiKey}:`), '/api/admin/dead-letters/1', 'DELETE')).status).toBe(401)
      expect((await as(basic(`${apiKey}:`), '/api/admin/reconcile')).status).toBe(401)
    })
  })

  describe('an id', () => {
    test('is one of its source only, whichever way it comes', async () => {
      const one = event('sourced', { id: 'same', type: 'ping' })
      const batch = [one, { ...one, source: '/other' }, one]
      expect(await statuses(send(batch, batched))).toEqual(['accepted', 'accepted', 'duplicate'])
      expect(await statuses(send(one, structured))).toEqual(['duplicate'])
      const headers = { 'ce-specversion': '1.0', 'ce-id': 'same', 'ce-source': '/shop', 'ce-type': 'ping' }
      const binary = send({}, 'application/json', { ...headers, 'ce-subject': 'sourced' })
      expect(await statuses(binary)).toEqual(['duplicate'])
    })

    test('that is missing is made of the content, if it says when', async () => {
      const { id: _id, ...unnumbered } = event('unnumbered', { type: 'ping', time: '2026-01-31T09:00:00Z' })
      expect(await statuses(send([unnumbered, unnumbered], batched))).toEqual(['accepted', 'duplicate'])
    })
  })

  describe('in binary mode', () => {
    const attributes = { 'ce-specversion': '1.0', 'ce-id': 'b', 'ce-source': '/shop', 'ce-type': 'ping' }

    test('attributes are percent-decoded, and a lone % is what it is', async () => {
      for (const [subject, userId] of [
        ['zo%C3%AB', 'zoë'],
        ['50%', '50%'],
      ] as const) {
        expect(
          await statuses(send({}, 'application/json', { ...attributes, 'ce-subject': subject })),
        ).toEqual(['accepted'])
        const path = `/api/users/${encodeURIComponent(userId)}/export`
        expect((await house.server('GET', path)).status).toBe(200)
      }
    })

    test('data may be missing', async () => {
      const headers = { ...attributes, 'ce-subject': 'no-data' }
      expect(await statuses(house.server('POST', '/api/events', undefined, headers))).toEqual(['accepted'])
      expect(await doneBy('no-data')).toEqual(['ping'])
    })

    test('data that is no JSON is refused', async () => {
      const answer = await send('<a/>', 'text/xml', { ...attributes, 'ce-subject': 'xml' })
      expect(answer).toMatchObject({ status: 415, body: { error: 'unsupported_media_type' } })
    })

    test('attributes without a version are no CloudEvent of ours', async () => {
      const { 'ce-specversion': _, ...others } = attributes
      const [result] = await resultsOf(send({}, 'application/json', { ...others, 'ce-subject': 'x' }))
      expect(result).toMatchObject({ status: 'refused', reason: expect.stringContaining('specversion') })
    })
  })

  describe('a hostile one refuses only itself', () => {
    const proto = JSON.parse('{"__proto__": {"kind": "crm"}}')
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)
    test.each<[string, unknown, string]>([
      ['without a subject', event(undefined), 'subject'],
      ['with an empty subject', event(''), 'subject'],
      ['with a subject that is a number', event(0), 'subject'],
      ['with NUL in its subject', event('a\0b'), 'subject'],
      ['without a type', event('h', { type: undefined }), 'type'],
      ['without a source', event('h', { source: undefined }), 'source'],
      ['with the source of what Boardwalk tells', event('h', { source: 'urn:boardwalk' }), 'source'],
      ['with an id that is a number', event('h', { id: 1 }), 'id'],
      ['of version 0.3', event('h', { specversion: '0.3' }), 'specversion'],
      ['of a time without offset', event('h', { time: '2026-01-31T09:00:00' }), 'time'],
      ['of a time that is a number', event('h', { time: 0 }), 'time'],
      ['with data that is an array', event('h', { data: [] }), 'data'],
      ['with data that is a text', event('h', { data: 'x' }), 'data'],
      ['with data in bytes', event('h', { data: undefined, data_base64: 'AAEC' }), 'data'],
      ['with data of another type', event('h', { datacontenttype: 'text/xml' }), 'datacontenttype'],
      ['with data of 17 KB', event('h', { data: { a: 'x'.repeat(17_000) } }), 'data'],
      ['with __proto__ in its data', event('h', { data: proto }), 'data.__proto__'],
      ['of 500 levels', event('h', { data: deep }), 'data'],
      ['that is null', null, 'the event'],
      ['that is a list', [], 'the event'],
      ['that is a text', 'event', 'the event'],
    ])('%s', async (_name, bad, path) => {
      const good = event(`well-${given}`, { type: 'ping' })
      const results = await resultsOf(send([good, bad, good], batched))
      expect(results.map(({ status }) => status)).toEqual(['accepted', 'refused', 'duplicate'])
      expect(results[1].reason).toMatch(new RegExp(`^${path}.*: found .+, expected .+`))
      expect((await house.server('GET', '/api/users/h/export')).status).toBe(404)
    })

    test('extensions are neither read nor refused', async () => {
      const odd = event('extended', { traceparent: deep, nested: proto, DATA: null, type: 'ping' })
      expect(await statuses(send(odd, structured))).toEqual(['accepted'])
    })
  })

  describe('refused as a whole', () => {
    test.each<[string, unknown, string, number]>([
      ['a batch that is an object', event('w'), batched, 400],
      ['501 events', Array.from({ length: 501 }, () => event('w')), batched, 400],
      ['a batch sent as JSON', [event('w')], 'application/json', 400],
      ['half a JSON', '[{"specversion"', batched, 400],
      ['600 KB', [event('w', { data: { a: 'x'.repeat(600_000) } })], batched, 413],
      ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
    ])('%s', async (_name, body, type, status) => {
      expect((await send(body, type)).status).toBe(status)
    })

    test('no CloudEvent, but a single event that does not fit: one sent as plain JSON', async () => {
      const [result] = await resultsOf(send(event('w'), 'application/json'))
      expect(result).toMatchObject({ status: 'refused', reason: expect.stringMatching(/^type: found/) })
    })

    test('an empty batch is none: CloudEvents allows it', async () => {
      expect((await send([], batched)).body).toEqual({ results: [] })
    })

    test('500 are taken whole', async () => {
      const batch = Array.from({ length: 500 }, (_, n) => event(`many-${n}`, { type: 'ping' }))
      expect(new Set(await statuses(send(batch, `${batched}; charset=utf-8`)))).toEqual(new Set(['accepted']))
      expect(await doneBy('many-499')).toEqual(['ping'])
    })
  })
})
