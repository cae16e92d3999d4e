import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createBoardwalk } from '../src/index.ts'
import { kafkaOf, readConfiguration } from '../src/configuration.ts'

const reading = (sources: string, more: Record<string, string> = { KAFKA_BROKERS: 'a:9092, b:9093' }) =>
  readConfiguration({}, { BOARDWALK_KAFKA_SOURCES: sources, ...more })

test('sources come from JSON, or from a file of JSON', async () => {
  const text = '[{"topic": "integration.created"}, {"topic": "shop", "format": "cloudevents"}]'
  const sources = [
    { topic: 'integration.created', format: 'json', userId: '$.user_id', properties: '$' },
    { topic: 'shop', format: 'cloudevents' },
  ]
  const expected = { kafka: { brokers: ['a:9092', 'b:9093'], groupId: 'boardwalk', sources } }
  expect(kafkaOf(reading(text))).toEqual(expected)
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-sources-'))
  await writeFile(join(folder, 'sources.json'), text)
  expect(kafkaOf(reading(join(folder, 'sources.json')))).toEqual(expected)
  await rm(folder, { recursive: true })
})

test('the example is read, and is the one of the guide', async () => {
  const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
  const example = at('examples/kafka/sources.json')
  const { kafka } = kafkaOf(reading(example))
  expect(kafka?.sources?.map(({ topic }) => topic)).toEqual(['integration.created', 'billing', 'crm.events'])
  expect(await readFile(at('docs/events.md'), 'utf8')).toContain(await readFile(example, 'utf8'))
})

test('what is published is no source', () => {
  const more = { KAFKA_BROKERS: 'a:9092', BOARDWALK_KAFKA_TOPIC: 'told' }
  const loop = /The topic "told" is published to and among the sources/
  expect(() => reading('[{"topic": "heard"}, {"topic": "told"}]', more)).toThrow(loop)
  const kafka = { brokers: ['a:9092'], sources: [{ topic: 'told' }], publish: { topic: 'told' } }
  expect(() => createBoardwalk({ database: {}, kafka })).toThrow(loop)
})

test('without sources nothing is read', () => {
  expect(kafkaOf(readConfiguration({}, { KAFKA_BROKERS: 'a:9092' }))).toEqual({})
})

test.each<[string, string, RegExp]>([
  ['half a JSON', '[{"topic"', /not JSON/],
  ['no such file', '/no/such/file.json', /cannot be read/],
  ['an object', '{"topic": "a"}', /cannot be read/],
  ['none', '[]', /an array of 1 to 100 sources/],
  ['a topic that is none', '[{"topic": "a b"}]', /\[0\]\.topic.*a name of a Kafka topic/],
  ['a topic twice', '[{"topic": "a"}, {"topic": "a"}]', /one source only/],
  ['a path that is none', '[{"topic": "a", "userId": "user_id"}]', /\[0\]\.userId.*a path/],
  ['a misspelt field', '[{"topic": "a", "userid": "$.id"}]', /userid/],
  ['a user id for a CloudEvent', '[{"topic": "a", "format": "cloudevents", "userId": "$.id"}]', /userId/],
])('%s refuses to start, and says what is wrong where', (_, sources, message) => {
  expect(() => reading(sources)).toThrow(/BOARDWALK_KAFKA_SOURCES/)
  expect(() => reading(sources)).toThrow(message)
})

test('sources without brokers, and brokers that are none, refuse to start', () => {
  expect(() => reading('[{"topic": "a"}]', {})).toThrow(/KAFKA_BROKERS/)
  expect(() => reading('[{"topic": "a"}]', { KAFKA_BROKERS: 'http://a' })).toThrow(/KAFKA_BROKERS/)
})
