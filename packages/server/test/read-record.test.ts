import { describe, expect, test } from 'vitest'
import { eventSources, type EventSourceGiven } from '@boardwalk/contract'
import { readRecord } from '../src/kafka/read-record.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const topic = 'integration.created'

const read = (
  value: string | Buffer | null,
  source: Partial<EventSourceGiven> = {},
  headers: Record<string, string> = {},
) => {
  const [complete] = eventSources.parse([{ topic, ...source }])
  const record = {
    topic,
    partition: 1,
    offset: 7,
    value: value === null ? null : Buffer.from(value),
    headers: Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const),
  }
  if (complete === undefined) throw new Error('No source')
  return readRecord(record, complete, now)
}

const json = (value: unknown, source?: Partial<EventSourceGiven>) => read(JSON.stringify(value), source)

describe('a record of JSON', () => {
  test.each<[string, unknown, Partial<EventSourceGiven>, object]>([
    [
      'with no more than its topic and its person',
      { user_id: 'ada', integration_id: 'i-1' },
      {},
      { userId: 'ada', event: topic, properties: { user_id: 'ada', integration_id: 'i-1' } },
    ],
    ['whose ids are numbers', { user_id: 0 }, {}, { userId: '0' }],
    ['with a fixed name', { user_id: 'ada' }, { event: 'connected' }, { event: 'connected' }],
    ['that says its name', { user_id: 'ada', type: 'made' }, { event: '$.type' }, { event: 'made' }],
    [
      'with everything somewhere else',
      { meta: { id: 12, who: { id: 'ada' }, at: '2026-05-31T00:00:00+02:00' }, data: { plan: 'pro' } },
      { userId: '$.meta.who.id', eventId: '$.meta.id', time: '$.meta.at', properties: '$.data' },
      {
        userId: 'ada',
        messageId: '["integration.created","12"]',
        timestamp: '2026-05-31T00:00:00+02:00',
        properties: { plan: 'pro' },
      },
    ],
    ['without the properties', { user_id: 'ada' }, { properties: '$.data' }, { properties: {} }],
    [
      'with a time in milliseconds',
      { user_id: 'ada', at: 0 },
      { time: '$.at' },
      { timestamp: '1970-01-01T00:00:00.000Z' },
    ],
    ['without the time', { user_id: 'ada' }, { time: '$.at' }, { userId: 'ada' }],
  ])('%s', (_, value, source, event) => {
    expect(json(value, source)).toMatchObject({ event, accountId: undefined })
  })

  test('names the account that the person acts for', () => {
    expect(json({ user_id: 'ada', org: { id: 9 } }, { accountId: '$.org.id' })).toMatchObject({
      accountId: '9',
    })
    expect(json({ user_id: 'ada', org: null }, { accountId: '$.org' })).toMatchObject({
      accountId: undefined,
    })
  })

  test('without an id has the one of its content and its place', () => {
    const idOf = (value: string): unknown => {
      const one = read(value)
      return 'event' in one ? one.event.messageId : undefined
    }
    expect(idOf('{"user_id":"ada"}')).toMatch(/^kafka:integration\.created\/1\/7\/.{16}$/)
    expect(idOf('{"user_id":"ada"}')).toBe(idOf('{"user_id":"ada"}'))
    expect(idOf('{"user_id":"ada"}')).not.toBe(idOf('{"user_id":"bob"}'))
  })

  test('of the same id in another topic is another event', () => {
    const said = { topic: 'invited', eventId: '$.id' }
    expect(json({ user_id: 'ada', id: 12 }, said)).toMatchObject({
      event: { messageId: '["invited","12"]' },
    })
  })

  const deep = `{"user_id":"ada","a":${'['.repeat(500)}${']'.repeat(500)}}`
  test.each<[string, string | Buffer | null, Partial<EventSourceGiven>, string, string | null]>([
    ['nothing', null, {}, 'no value', null],
    ['an empty value', '', {}, 'no value', null],
    ['half a JSON', '{"user_id": "ada"', {}, 'not JSON', null],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), {}, 'UTF-8', null],
    ['an array', '[1]', {}, 'user_id', null],
    ['null', 'null', {}, 'user_id', null],
    ['a text', '"ada"', {}, 'user_id', null],
    ['nobody', '{"user": "ada"}', {}, '$.user_id: found nothing', null],
    ['an empty person', '{"user_id": ""}', {}, '$.user_id', null],
    ['a person that is an object', '{"user_id": {"a": 1}}', {}, '$.user_id', null],
    ['a person with a NUL', '{"user_id": "a\\u0000"}', {}, '$.user_id', null],
    ['true as a person', '{"user_id": true}', {}, '$.user_id', null],
    ['__proto__', '{"user_id": "ada", "__proto__": {"admin": true}}', {}, '__proto__', 'ada'],
    ['__proto__ inside', '{"user_id": "ada", "a": [{"__proto__": 1}]}', {}, '__proto__', 'ada'],
    ['a NUL in the properties', '{"user_id": "ada", "a": "\\u0000"}', {}, 'NUL', 'ada'],
    ['too many levels', deep, {}, 'deep', null],
    ['more than 16 KB', JSON.stringify({ user_id: 'ada', a: 'x'.repeat(17_000) }), {}, '16384 bytes', 'ada'],
    ['5 MB', JSON.stringify({ user_id: 'ada', a: 'x'.repeat(5_000_000) }), {}, '5000024 bytes', null],
    ['properties that are none', '{"user_id": "ada", "p": 3}', { properties: '$.p' }, '$.p', 'ada'],
    ['a name that is none', '{"user_id": "ada", "t": 3}', { event: '$.t' }, '$.t', 'ada'],
    ['no name', '{"user_id": "ada"}', { event: '$.t' }, '$.t', 'ada'],
    ['the year 9999', '{"user_id": "ada", "at": "9999-12-31T23:59:59Z"}', { time: '$.at' }, 'come', 'ada'],
    ['microseconds', '{"user_id": "ada", "at": 1780000000000000}', { time: '$.at' }, '$.at', 'ada'],
    ['a time far beyond', '{"user_id": "ada", "at": 1e300}', { time: '$.at' }, '$.at', 'ada'],
    ['a time that is none', '{"user_id": "ada", "at": "soon"}', { time: '$.at' }, '$.at', 'ada'],
    ['an account that is none', '{"user_id": "ada", "o": []}', { accountId: '$.o' }, '$.o', 'ada'],
  ])('of %s is not understood, and says why', (_, value, source, reason, userId) => {
    expect(read(value, source)).toEqual({ reason: expect.stringContaining(reason), userId })
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })
})

describe('a CloudEvent', () => {
  const cloudEvent = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'connected', subject: 'ada' }
  const source = { format: 'cloudevents' } as const
  const expected = {
    event: { userId: 'ada', event: 'connected', messageId: '["/shop","e-1"]', properties: { plan: 'pro' } },
  }

  test('as one JSON', () => {
    expect(json({ ...cloudEvent, data: { plan: 'pro' } }, source)).toMatchObject(expected)
  })

  test('spread over headers', () => {
    const headers = Object.fromEntries(
      Object.entries(cloudEvent).map(([name, text]) => [`ce_${name}`, text] as const),
    )
    const type = { 'content-type': 'application/json; charset=utf-8' }
    expect(read('{"plan": "pro"}', source, { ...headers, ...type })).toMatchObject(expected)
    expect(read('', source, headers)).toMatchObject({ event: { userId: 'ada', properties: {} } })
    expect(read('plan=pro', source, headers)).toMatchObject({ reason: 'The record is not JSON.' })
  })

  test.each<[string, object, string]>([
    ['of nobody', { ...cloudEvent, subject: undefined }, 'subject'],
    ['of another version', { ...cloudEvent, specversion: '0.3' }, 'specversion'],
    ['of the year 9999', { ...cloudEvent, time: '9999-01-01T00:00:00Z' }, 'still to come'],
    ['that is none', { user_id: 'ada' }, 'specversion'],
  ])('%s is not understood', (_, value, reason) => {
    expect(json(value, source)).toMatchObject({ reason: expect.stringContaining(reason) })
  })
})

test('what Boardwalk itself told is known as its own, in either form', () => {
  const event = { specversion: '1.0', id: '1', source: 'urn:boardwalk', type: 'shop.visited', subject: 'ada' }
  const own = { isOwn: true, userId: null }
  expect(json(event, { format: 'cloudevents' })).toMatchObject(own)
  const headers = Object.fromEntries(Object.entries(event).map(([name, text]) => [`ce_${name}`, text]))
  expect(read('{}', { format: 'cloudevents' }, headers)).toMatchObject(own)
})
