import { describe, expect, test } from 'vitest'
import { forEachPostgres, startKafka } from '@boardwalk/store/test-kit'
import { followTopic } from '../follow-topic.ts'
import { openTopics } from '../kafka-topics.ts'
import { flowFile, openHouse } from '../open-house.ts'

const wait = { timeout: 120_000, interval: 100 }

forEachPostgres((_, _url, open) => {
  describe('what happens while the broker is away', () => {
    test('is told when it is back, all of it and a person’s in order', async () => {
      const kafka = await startKafka({ own: true })
      const topics = openTopics(kafka.brokers)
      const topic = await topics.make('away', 3)
      await topics.close()
      const publish = { topic }
      const house = await openHouse(await open(), { kafka: { brokers: kafka.brokers, publish } })
      await house.publish(flowFile('saas'))
      const people: string[] = []
      const enrol = async (n: number): Promise<void> => {
        for (let one = 0; one < n; one++) {
          const userId = `person-${people.length}`
          people.push(userId)
          const me = await house.person(userId, { role: 'owner', attributes: { product: 'saas' } })
          await me('PATCH', '/api/onboarding/steps/profile', { status: 'done' })
        }
      }
      await enrol(50)
      await kafka.restart(() => enrol(100))
      await enrol(50)
      const { told, stop } = await followTopic(kafka.brokers, topic)
      let twice = 0
      for (const userId of people) {
        const { body } = await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)
        const ids: string[] = body.events.map(({ id }: any) => id)
        const heard = (): string[] =>
          told.filter(({ key }) => key === userId).map(({ text }) => JSON.parse(text).id)
        await expect.poll(() => new Set(heard()).size, wait).toBe(ids.length)
        expect([...new Set(heard())]).toEqual(ids)
        twice += heard().length - ids.length
      }
      console.log(`${told.length} told of ${people.length} people, ${twice} of them twice`)
      await stop()
      await house.boardwalk.stop()
      await kafka.stop()
    })
  })
})
