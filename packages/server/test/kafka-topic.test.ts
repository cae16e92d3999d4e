import { type CloudEvent, Kafka } from 'cloudevents'
import { describe, expect, test } from 'vitest'
import type { Happened } from '@boardwalk/store'
import { forEachDatabase, forKafka } from '@boardwalk/store/test-kit'
import { topicFollower } from '../src/delivery/kafka-topic.ts'
import { createBoardwalk } from '../src/index.ts'
import { followTopic } from './follow-topic.ts'
import { openTopics } from './kafka-topics.ts'
import { flowFile, openHouse } from './open-house.ts'

const wait = { interval: 50 }

await forKafka((brokers) => {
  forEachDatabase((_, open) => {
    describe('what happens is told to a topic', () => {
      test('as CloudEvents that the stock library reads, a person’s in one partition and in order', async () => {
        const topics = openTopics(brokers)
        const topic = await topics.make('told', 3)
        const house = await openHouse(await open(), { kafka: { brokers, publish: { topic } } })
        await house.publish(flowFile('saas'))
        const people = ['ann', 'ben', 'cem', 'dee']
        for (const userId of people) {
          const me = await house.person(userId, { role: 'owner', attributes: { product: 'saas' } })
          await me('GET', '/api/onboarding')
          await me('PATCH', '/api/onboarding/steps/profile', { status: 'done' })
        }
        const { told, stop } = await followTopic(brokers, topic)
        for (const userId of people) {
          const { body } = await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)
          const of = () => told.filter(({ key }) => key === userId)
          await expect.poll(() => of().length, wait).toBe(body.events.length)
          const events = of().map(
            ({ headers, text }) =>
              Kafka.toEvent({ headers, value: text, body: text } as any) as CloudEvent<any>,
          )
          expect(events.map(({ id }) => id)).toEqual(body.events.map(({ id }: any) => id))
          expect(new Set(of().map(({ partition }) => partition)).size).toBe(1)
          expect(events[0]).toMatchObject({
            type: 'onboarding.enrolled',
            subject: userId,
            source: 'urn:boardwalk',
          })
          expect(events[0]?.data).toMatchObject({ userId, flow: 'saas', version: 1 })
        }
        await stop()
        await house.boardwalk.stop()
        await topics.close()
      })
    })
  })

  test('a page that is larger than a broker takes at once goes out in parts, each noted when it is there', async () => {
    const topics = openTopics(brokers)
    const topic = await topics.make('large', 1)
    const { follower, stop: stopProducer } = topicFollower({ brokers, topic })
    const page = Array.from({ length: 200 }, (_, seq): Happened => {
      const about = { userId: 'ann', flow: null, version: null, stepId: null, accountId: null }
      const data = { text: '語'.repeat(5_000) }
      const at = '2026-01-01T00:00:00.000Z'
      return {
        cursor: { xid: '1', seq },
        id: `h${seq}`,
        type: 'shop.visited',
        ...about,
        data,
        correlationId: null,
        at,
      }
    })
    const done: number[] = []
    await follower.handle(page, ({ seq }) => done.push(seq))
    expect(done.length).toBeGreaterThan(1)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(done.at(-1)).toBe(199)
    const { told, stop } = await followTopic(brokers, topic)
    await expect.poll(() => told.length, wait).toBe(200)
    expect(told.map(({ text }) => JSON.parse(text).id)).toEqual(page.map(({ id }) => id))
    await stop()
    await stopProducer()
    await topics.close()
  })
})

test('a topic’s name is checked before anything is opened', () => {
  const kafka = { brokers: ['127.0.0.1:1'], publish: { topic: 'no spaces' } }
  expect(() => createBoardwalk({ database: {}, kafka })).toThrow('kafka.publish.topic is "no spaces"')
})
