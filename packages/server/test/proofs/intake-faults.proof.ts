import { describe, expect, test } from 'vitest'
import { forEachDatabase, forKafka, startKafka } from '@boardwalk/store/test-kit'
import { openTopics } from '../kafka-topics.ts'
import { openHouse, type House } from '../open-house.ts'

const flow = { name: 'start', steps: [{ id: 'invite', title: 'Invite', trigger: { event: 'invited' } }] }
const patient = { timeout: 120_000, interval: 50 }

const stepsOf = async (house: House, userId: string): Promise<string[]> => {
  const { body } = await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)
  const happened: any[] = body.events ?? []
  return happened.filter(({ type }) => type === 'onboarding.step_completed').map(({ stepId }) => stepId)
}

const enrol = async (house: House, userId: string): Promise<void> => {
  await (
    await house.person(userId)
  )('GET', '/api/onboarding')
}

const good = (userId: string): string => JSON.stringify({ user_id: userId })

const poison: Readonly<Record<string, string | Buffer | undefined>> = {
  'half a JSON': '{"user_id": "x"',
  'no UTF-8': Buffer.from([0x22, 0xc3, 0x28, 0x22]),
  empty: '',
  'no value': undefined,
  '5 MB': JSON.stringify({ user_id: 'x', a: 'x'.repeat(5_000_000) }),
  'another shape': '{"schema": 2, "user": {"id": "x"}}',
  'the year 9999': '{"user_id": "x", "at": "9999-12-31T23:59:59Z"}',
  ['__proto__']: '{"user_id": "x", "__proto__": {"admin": true}}',
  'a NUL': '{"user_id": "x", "a": "\\u0000"}',
  '100,000 levels': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
}

await forKafka((brokers) => {
  forEachDatabase((name, open) => {
    test('every kind of poison ends as a dead letter, and those behind it are taken', async () => {
      const topics = openTopics(brokers)
      const topic = await topics.make('poison', 1, 20_000_000)
      const database = await open()
      const house = await openHouse(database, {
        kafka: { brokers, groupId: topic, sources: [{ topic, event: 'invited', time: '$.at' }] },
      })
      await house.publish(flow)
      await enrol(house, 'first')
      await topics.send({ topic, value: good('first') })
      await expect.poll(() => stepsOf(house, 'first'), patient).toEqual(['invite'])
      const letters = async (): Promise<any[]> =>
        (await house.server('GET', '/api/admin/dead-letters?limit=100')).body.items

      const took: string[] = []
      for (const [index, [kind, value]] of Object.entries(poison).entries()) {
        const behind = `behind-${index}`
        await enrol(house, behind)
        const began = performance.now()
        await topics.send({ topic, value })
        await topics.send({ topic, value: good(behind) })
        await expect.poll(() => stepsOf(house, behind), patient).toEqual(['invite'])
        await expect.poll(async () => (await letters()).length, patient).toBe(index + 1)
        took.push(`${kind} ${Math.round(performance.now() - began)} ms`)
      }
      console.log(`poison on ${name}: n=${took.length}; kept and passed after ${took.join(', ')}`)

      // What cannot even be kept as it came is kept without its content.
      await database.transaction(({ script }) =>
        script(
          'alter table dead_letter add constraint no_content check (id < 1000 and payload is null) not valid',
        ),
      )
      await enrol(house, 'last')
      await topics.send({ topic, value: 'not even this' }, { topic, value: good('last') })
      await expect.poll(() => stepsOf(house, 'last'), patient).toEqual(['invite'])
      expect((await letters()).at(-1)).toMatchObject({ payload: null, truncated: true })
      await house.boardwalk.stop()
      await topics.close()
    })
  })

  forEachDatabase((name, open) => {
    describe('a broker of its own', () => {
      test('is killed and comes back while it is read, and nothing is lost or doubled', async () => {
        const kafka = await startKafka({ own: true })
        const topics = openTopics(kafka.brokers)
        const topic = await topics.make('restarted', 3)
        const house = await openHouse(await open(), {
          kafka: { brokers: kafka.brokers, groupId: topic, sources: [{ topic, event: 'invited' }] },
        })
        await house.publish(flow)
        const people = Array.from({ length: 60 }, (_, index) => `person-${index}`)
        for (const userId of people) await enrol(house, userId)
        const tell = (some: readonly string[]) =>
          topics.send(...some.map((userId, index) => ({ topic, partition: index % 3, value: good(userId) })))
        await tell(people.slice(0, 20))
        await expect.poll(() => stepsOf(house, 'person-19'), patient).toEqual(['invite'])
        await tell(people.slice(20, 40))
        const metric = async (): Promise<string> => (await house.server('GET', '/metrics')).body
        await kafka.restart(async () => {
          await expect.poll(metric, patient).toContain('boardwalk_kafka_connected 0')
          expect((await house.server('GET', '/health/ready')).status).toBe(200)
        })
        const began = performance.now()
        await expect
          .poll(
            () =>
              tell(people.slice(40)).then(
                () => true,
                () => false,
              ),
            patient,
          )
          .toBe(true)
        for (const userId of people)
          await expect.poll(() => stepsOf(house, userId), patient).toEqual(['invite'])
        console.log(
          `broker killed on ${name}: all ${people.length} taken ${Math.round(performance.now() - began)} ms after it was back`,
        )
        await house.boardwalk.stop()
        await topics.close()
        await kafka.stop()
      })
    })
  })
})
