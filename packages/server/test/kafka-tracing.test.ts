import { randomUUID } from 'node:crypto'
import { SpanKind } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { forEachDatabase, forKafka } from '@boardwalk/store/test-kit'
import { followTopic } from './follow-topic.ts'
import { openTopics, type Topics } from './kafka-topics.ts'
import { keptLog } from './kept-log.ts'
import { openHouse, type House } from './open-house.ts'
import { recordSpans } from './record-spans.ts'

const recorded = recordSpans()
const { span, spans } = recorded
afterAll(recorded.stop)
afterEach(recorded.forget)

const patient = { interval: 50 }
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const [sentId, madeId] = ['00f067aa0ba902b7', '00f067aa0ba902b8']
const traceparentOf = (spanId: string): string => `00-${traceId}-${spanId}-01`

await forKafka((brokers) => {
  forEachDatabase((_, open) => {
    let topics: Topics
    let house: House
    let events: string
    let told: string
    const kept = keptLog()
    beforeAll(async () => {
      topics = openTopics(brokers)
      events = await topics.make('events')
      told = await topics.make('told')
      house = await openHouse(await open(), {
        log: kept.log,
        kafka: {
          brokers,
          groupId: randomUUID(),
          sources: [{ topic: events, format: 'cloudevents' }],
          publish: { topic: told },
        },
      })
      const step = (id: string) => ({ id, title: id, completion: 'proof', trigger: { event: id } })
      await house.publish({ name: 'start', steps: [step('made'), step('sent'), step('alone')] })
      await (
        await house.person('ada')
      )('GET', '/api/onboarding')
    })
    afterAll(async () => {
      await house.boardwalk.stop()
      await topics.close()
    })

    const tell = async (type: string, more: object, headers: Record<string, string> = {}) => {
      const event = { specversion: '1.0', id: randomUUID(), source: 'shop', subject: 'ada', type, ...more }
      await topics.send({ topic: events, value: JSON.stringify(event), headers })
      await expect.poll(() => spans('onboarding.step_update'), patient).toHaveLength(1)
      await expect.poll(() => spans(`process ${events}`), patient).toHaveLength(1)
      const record = span(`process ${events}`)
      expect(record).toMatchObject({
        kind: SpanKind.CONSUMER,
        attributes: { 'messaging.destination.name': events, 'boardwalk.outcome': 'applied' },
      })
      expect(span('onboarding.step_update').parentSpanContext?.spanId).toBe(record.spanContext().spanId)
      return record
    }

    test('a record goes on in the trace in which its event was made', async () => {
      const record = await tell('made', { traceparent: traceparentOf(madeId) })
      expect(record.parentSpanContext).toMatchObject({ traceId, spanId: madeId })
    })

    test('and rather in the one in which it was sent', async () => {
      const headers = { traceparent: traceparentOf(sentId) }
      const record = await tell('sent', { traceparent: traceparentOf(madeId) }, headers)
      expect(record.parentSpanContext).toMatchObject({ traceId, spanId: sentId })
    })

    test('one that says nothing of it begins a trace', async () => {
      expect((await tell('alone', { traceparent: 'nonsense' })).parentSpanContext).toBeUndefined()
    })

    test('of a record that nobody understands the log holds that it came, and nothing that was in it', async () => {
      const poison = [
        '{"canary',
        '{"specversion":"1.0","subject":"canary"}',
        JSON.stringify({
          specversion: '1.0',
          id: 'p',
          source: 's',
          type: 'made',
          subject: 'ada',
          data: 'canary',
        }),
        `{"specversion":"1.0","id":"q","source":"s","type":"made","subject":"ada","data":{"a":"canary\\u0000"}}`,
      ]
      await topics.send(...poison.map((value) => ({ topic: events, value, headers: { canary: 'canary' } })))
      const dead = () => kept.events('kafka.dead_letters').reduce((sum, { count }) => sum + count, 0)
      await expect.poll(dead, patient).toBeGreaterThan(2)
      expect(kept.lines.filter((line) => line.includes('canary'))).toEqual([])
      expect(
        JSON.stringify(recorded.all().map(({ attributes, events }) => [attributes, events])),
      ).not.toContain('canary')
    })

    test('what is told to a topic names the trace in which it is told, in its header and as extension', async () => {
      const { told: received, stop } = await followTopic(brokers, told)
      await (
        await house.person('bob')
      )('GET', '/api/onboarding')
      await expect.poll(() => received.filter(({ key }) => key === 'bob').length, patient).toBeGreaterThan(0)
      await expect.poll(() => spans(`send ${told}`).length, patient).toBeGreaterThan(0)
      const sending = spans(`send ${told}`).map((one) => one.spanContext())
      const header = received.find(({ key }) => key === 'bob')?.headers['traceparent']
      expect(sending.map((own) => `00-${own.traceId}-${own.spanId}-01`)).toContain(header)
      const { traceparent, data } = JSON.parse(received.find(({ key }) => key === 'bob')!.text)
      expect(traceparent).toBe(header)
      expect(data.userId).toBe('bob')
      await stop()
    })
  })
})
