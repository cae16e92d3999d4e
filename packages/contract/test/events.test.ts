import { describe, expect, test } from 'vitest'
import { factsOfTraits, operations, parseEvents } from '../src/index.ts'

const track = { type: 'track', userId: 'u', event: 'integration.created' }
const alias = { type: 'alias', previousId: 'p', userId: 'u' }
const identify = { type: 'identify', userId: 'u', traits: { plan: 'team' } }
const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
const evil = JSON.parse('{"__proto__": {"admin": true}}')

const onlyOne = (item: unknown) => {
  const sent = parseEvents({ batch: [item] })
  if ('problems' in sent || sent.value[0] === undefined) throw new Error('the batch is refused')
  return sent.value[0]
}

describe('the body', () => {
  test.each<[string, unknown, number]>([
    ['a track', track, 1],
    ['an identify', identify, 1],
    ['an alias', alias, 1],
    ['a batch of both', { batch: [track, identify], sentAt: 'now', writeKey: 'k', context: {} }, 2],
    ['a batch of 500', { batch: Array.from({ length: 500 }, () => track) }, 500],
  ])('%s', (_, body, count) => {
    expect(operations.sendEvents.body.safeParse(body).success).toBe(true)
    const sent = parseEvents(body)
    expect('value' in sent && sent.value.map((event) => 'value' in event)).toEqual(
      Array.from({ length: count }, () => true),
    )
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['0', 0, ''],
    ['a text', 'track', ''],
    ['an array', [track], ''],
    ['an empty object', {}, ''],
    ['an inherited type', Object.create(track), ''],
    ['an event without type', { userId: 'u', event: 'e' }, ''],
    ['an empty batch', { batch: [] }, 'batch'],
    ['a batch of null', { batch: null }, 'batch'],
    ['a batch of 501', { batch: Array.from({ length: 501 }, () => track) }, 'batch'],
  ])('%s is refused as a whole', (_, body, path) => {
    expect(operations.sendEvents.body.safeParse(body).success).toBe(_ === 'an inherited type')
    expect(parseEvents(body)).toMatchObject({ problems: [{ path, message: expect.any(String) }] })
  })
})

describe('an event', () => {
  test('is read without what Segment’s clients send besides, whatever that is', () => {
    const besides = {
      anonymousId: 7,
      channel: 'server',
      version: '1',
      context: deep(10_000),
      integrations: evil,
      originalTimestamp: 'yesterday',
      sentAt: null,
    }
    const item = { ...track, properties: { n: 0 }, messageId: 'm', timestamp: '2026-01-31T09:00:00Z' }
    expect(onlyOne({ ...item, ...besides })).toEqual({ value: item })
  })

  test.each<[string, unknown, string]>([
    ['null', null, ''],
    ['a text', 'track', ''],
    ['no type', { userId: 'u', event: 'e' }, 'type'],
    ['another type', { ...track, type: 'page' }, 'type'],
    ['no user', { type: 'track', event: 'e' }, 'userId'],
    ['user 0', { ...track, userId: 0 }, 'userId'],
    ['an empty user', { ...track, userId: '' }, 'userId'],
    ['a user of 256 bytes', { ...track, userId: 'é'.repeat(128) }, 'userId'],
    ['no event', { type: 'track', userId: 'u' }, 'event'],
    ['event false', { ...track, event: false }, 'event'],
    ['an empty event', { ...track, event: '' }, 'event'],
    ['an event of 256 characters', { ...track, event: 'e'.repeat(256) }, 'event'],
    ['an event with a NUL', { ...track, event: 'a\0' }, 'event'],
    ['an empty id', { ...track, messageId: '' }, 'messageId'],
    ['an id of 256 characters', { ...track, messageId: 'm'.repeat(256) }, 'messageId'],
    ['id null', { ...track, messageId: null }, 'messageId'],
    ['a time without offset', { ...track, timestamp: '2026-01-31T09:00:00' }, 'timestamp'],
    ['properties null', { ...track, properties: null }, 'properties'],
    ['properties as an array', { ...track, properties: [] }, 'properties'],
    ['properties above 16 KB', { ...track, properties: { a: 'x'.repeat(16_384) } }, 'properties'],
    ['properties 40 levels deep', { ...track, properties: deep(40) }, 'properties'],
    ['__proto__ in properties', { ...track, properties: evil }, 'properties.__proto__'],
    ['no previous id', { type: 'alias', userId: 'u' }, 'previousId'],
    ['an empty previous id', { ...alias, previousId: '' }, 'previousId'],
    ['the same id', { ...alias, previousId: 'u' }, 'previousId'],
    ['no traits', { type: 'identify', userId: 'u' }, 'traits'],
    ['traits as a text', { ...identify, traits: 'team' }, 'traits'],
    ['201 traits', { ...identify, traits: Object.fromEntries(Array(201).entries()) }, 'traits'],
  ])('%s is refused, and says where', (_, item, path) => {
    const problem = { path, found: expect.any(String), expected: expect.any(String) }
    expect(onlyOne(item)).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining(problem)]),
    })
  })

  test('10,000 levels of properties are refused without harm', () => {
    expect(onlyOne({ ...track, properties: deep(10_000) })).toMatchObject({
      problems: [{ expected: 'at most 64 levels' }],
    })
  })
})

describe('traits', () => {
  test('are facts where they fit, attributes where not', () => {
    const fitting = { role: 'owner', plan: 'team', market: 'FR', locale: 'fr', account: 'acme' }
    const traits = { ...fitting, createdAt: '2026-01-31T10:00:00+01:00', name: 'Ada', seats: 0 }
    expect(factsOfTraits(traits)).toEqual({
      ...fitting,
      createdAt: '2026-01-31T09:00:00.000Z',
      attributes: { name: 'Ada', seats: 0 },
    })
    const other = {
      role: '',
      plan: { id: 1 },
      market: 0,
      locale: false,
      createdAt: '2026-01-31',
      account: [],
    }
    expect(factsOfTraits(other)).toEqual({ attributes: other })
  })

  test('null forgets, and names of Object’s own parts are attributes like others', () => {
    expect(factsOfTraits({ role: null, name: null })).toEqual({ role: null, attributes: { name: null } })
    expect(factsOfTraits({ attributes: { a: 1 }, constructor: 1, toString: '' })).toEqual({
      attributes: { attributes: { a: 1 }, constructor: 1, toString: '' },
    })
    expect(factsOfTraits({})).toEqual({ attributes: {} })
  })
})
