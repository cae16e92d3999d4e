import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase, forKafka } from '@boardwalk/store/test-kit'
import { openTopics, type Topics } from './kafka-topics.ts'
import { openHouse, type House } from './open-house.ts'

const flow = {
  name: 'start',
  steps: [
    {
      id: 'connect',
      title: 'Connect',
      completion: 'proof',
      trigger: { event: 'integration.created', metadata: { integrationId: '$.integration_id' } },
    },
    { id: 'invite', title: 'Invite', trigger: { event: 'invited' } },
    { id: 'board', title: 'Board', trigger: { event: 'board.made' } },
  ],
}

/** A broker may be slow to start on a busy machine; what is waited for is a state, not a time. */
const patient = { interval: 100 }

await forKafka((brokers) => {
  forEachDatabase((_, open) => {
    let database: Database
    let topics: Topics
    let house: House
    let plain: string
    let events: string
    let others: string
    let settings: { brokers: string[]; groupId: string }
    beforeAll(async () => {
      database = await open()
      topics = openTopics(brokers)
      plain = await topics.make('integration.created', 3)
      events = await topics.make('events', 1, 20_000_000)
      others = await topics.make('others')
      settings = { brokers, groupId: randomUUID() }
      house = await openHouse(database, {
        kafka: {
          ...settings,
          sources: [
            { topic: plain, event: 'integration.created' },
            { topic: events, event: '$.type', eventId: '$.id', accountId: '$.org' },
            { topic: others, event: 'board.made', eventId: '$.id' },
          ],
        },
      })
      await house.publish(flow)
    })
    afterAll(async () => {
      await house.boardwalk.stop()
      await topics.close()
    })

    const enrolled = async (userId: string): Promise<string> => {
      await (
        await house.person(userId)
      )('GET', '/api/onboarding')
      return userId
    }
    const completedBy = async (userId: string): Promise<any[]> => {
      const { body } = await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)
      return (body.events ?? []).filter(({ type }: any) => type === 'onboarding.step_completed')
    }
    const stepsOf = async (userId: string): Promise<string[]> =>
      (await completedBy(userId)).map(({ stepId }) => stepId)
    const letters = async (): Promise<any[]> =>
      (await house.server('GET', '/api/admin/dead-letters?limit=100')).body.items
    const lettersWith = async (text: string): Promise<any[]> =>
      (await letters()).filter(({ payload, reason }) => `${payload} ${reason}`.includes(text))
    const event = (userId: string, type: string, more: object = {}) => ({
      topic: events,
      value: JSON.stringify({ user_id: userId, type, ...more }),
    })

    test('a plain record completes the step that waits for its topic, with what it tells', async () => {
      const ada = await enrolled('ada')
      await topics.send({ topic: plain, value: `{"user_id": "${ada}", "integration_id": "i-1"}` })
      await expect
        .poll(() => completedBy(ada), patient)
        .toMatchObject([{ stepId: 'connect', data: { source: 'event', metadata: { integrationId: 'i-1' } } }])
    })

    test('an id has one effect in its topic, whatever comes again with it', async () => {
      const bob = await enrolled('bob')
      const once = event(bob, 'invited', { id: 'once' })
      await topics.send(
        once,
        once,
        event(bob, 'board.made', { id: 'once' }),
        event(bob, 'integration.created'),
      )
      await expect.poll(() => stepsOf(bob), patient).toEqual(['invite', 'connect'])
      await topics.send({ topic: others, value: JSON.stringify({ user_id: bob, id: 'once' }) })
      await expect.poll(() => stepsOf(bob), patient).toEqual(['invite', 'connect', 'board'])
    })

    test('a record names the account that the person acts for', async () => {
      const cleo = await enrolled('cleo')
      await topics.send(event(cleo, 'invited', { org: 'acme' }))
      await expect.poll(() => stepsOf(cleo), patient).toEqual(['invite'])
      expect((await house.server('PUT', `/api/users/${cleo}`, {})).body.account).toBe('acme')
    })

    describe('a record that cannot be taken', () => {
      test('goes to the dead letters, with the reason, and holds nobody up', async () => {
        const dora = await enrolled('dora')
        const bad = [
          '{"half',
          Buffer.from([0xff, 0xfe]),
          '',
          undefined,
          '[]',
          '{"user_id": "dora", "type": "invited", "__proto__": {"x": 1}}',
          '{"user_id": "dora", "type": "invited", "a": "\\u0000"}',
          `{"user_id": "dora", "type": "${'x'.repeat(2_000_000)}"}`,
        ]
        const before = (await letters()).length
        await topics.send(...bad.map((value) => ({ topic: events, value })), event(dora, 'invited'))
        await expect.poll(() => stepsOf(dora), patient).toEqual(['invite'])
        const kept = (await letters()).slice(before)
        expect(kept.map(({ encoding, truncated }) => [encoding, truncated])).toEqual([
          ['text', false],
          ['base64', false],
          ...Array.from({ length: 5 }, () => ['text', false]),
          ['text', true],
        ])
        expect(kept[0]).toMatchObject({
          payload: '{"half',
          reason: 'The record is not JSON.',
          source: expect.stringMatching(/^kafka:events\..+\/0\/\d+$/),
        })
        expect(kept[3].payload).toBeNull()
        expect(kept[5].userId).toBe('dora')
      })

      test('is taken again by the sources of then, or told why not', async () => {
        const eve = await enrolled('eve')
        await topics.send({ topic: plain, value: '{"who": "eve", "integration_id": "i-9"}' })
        await expect.poll(() => lettersWith('"who"'), patient).toHaveLength(1)
        const [{ id }] = await lettersWith('"who"')
        const path = `/api/admin/dead-letters/${id}`
        const refused = await house.server('POST', `${path}/replay`)
        expect(refused).toMatchObject({ status: 422, body: { error: 'still_unreadable' } })
        expect((await house.server('GET', path)).body).toMatchObject({ id, tries: 1, headers: [] })

        const mended = await openHouse(database, {
          kafka: {
            ...settings,
            groupId: 'mended',
            sources: [{ topic: plain, event: 'integration.created', userId: '$.who' }],
          },
        })
        const taken = await mended.server('POST', `${path}/replay`)
        await mended.boardwalk.stop()
        expect(taken).toMatchObject({ status: 200, body: { outcome: 'applied' } })
        expect(await stepsOf(eve)).toEqual(['connect'])
        expect((await house.server('POST', `${path}/replay`)).status).toBe(404)
      })

      test('can be removed', async () => {
        await topics.send({ topic: events, value: 'remove me' })
        await expect.poll(() => lettersWith('remove me'), patient).toHaveLength(1)
        const [{ id }] = await lettersWith('remove me')
        expect((await house.server('DELETE', `/api/admin/dead-letters/${id}`)).status).toBe(204)
        expect((await house.server('DELETE', `/api/admin/dead-letters/${id}`)).status).toBe(404)
        expect((await house.server('GET', `/api/admin/dead-letters/${id}`)).status).toBe(404)
      })

      test('is exported with the person it is about, goes when they are erased, and is not kept afterwards', async () => {
        const finn = await enrolled('finn')
        const bad = { topic: events, value: '{"user_id": "finn", "type": 1}' }
        await topics.send(bad)
        await expect.poll(() => lettersWith('finn'), patient).toHaveLength(1)
        const { body } = await house.server('GET', `/api/users/${finn}/export`)
        expect(body.deadLetters).toMatchObject([{ payload: bad.value }])
        await house.server('DELETE', `/api/users/${finn}`)
        expect(await lettersWith('finn')).toEqual([])
        const gil = await enrolled('gil')
        await topics.send(bad, event(finn, 'invited'), event(gil, 'invited'))
        await expect.poll(() => stepsOf(gil), patient).toEqual(['invite'])
        expect(await lettersWith('finn')).toEqual([])
        expect((await house.server('GET', `/api/users/${finn}/export`)).status).toBe(404)
      })

      test('that fails though it is understood is tried three times, and those behind it go on', async () => {
        const [hal, ida] = [await enrolled('hal'), await enrolled('ida')]
        await database.transaction(({ script }) =>
          script(
            `alter table happening add constraint not_hal check (correlation_id !~ '^kafka' or data::text !~ 'poison')`,
          ),
        )
        await topics.send(
          { topic: plain, key: 'k', value: '{"user_id": "hal", "integration_id": "poison"}' },
          { topic: plain, key: 'k', value: '{"user_id": "ida", "integration_id": "i-2"}' },
        )
        await expect.poll(() => stepsOf(ida), patient).toEqual(['connect'])
        expect(await stepsOf(hal)).toEqual([])
        expect(await lettersWith('poison')).toMatchObject([
          { userId: 'hal', reason: expect.stringContaining('failed 3 times') },
        ])
        await database.transaction(({ script }) => script('alter table happening drop constraint not_hal'))
      })
    })

    test('another process goes on where the one before ended', async () => {
      const jo = await enrolled('jo')
      const topic = await topics.make('later')
      const kafka = { ...settings, groupId: `next-${topic}`, sources: [{ topic, event: 'invited' }] }
      const first = await openHouse(database, { kafka })
      await topics.send({ topic, value: '{"user_id": "jo"}' })
      await expect.poll(() => stepsOf(jo), patient).toEqual(['invite'])
      await first.boardwalk.stop()
      await topics.send({ topic, value: 'behind' })
      const second = await openHouse(database, { kafka })
      await expect.poll(() => lettersWith('behind'), patient).toHaveLength(1)
      const { body } = await second.server('GET', '/metrics')
      expect(body).toContain('boardwalk_kafka_records_total{end="dead"} 1')
      expect(body).toContain('boardwalk_kafka_records_total{end="applied"} 0')
      await second.boardwalk.stop()
    })

    test('a topic that is made later is read then', async () => {
      const kim = await enrolled('kim')
      const topic = topics.name('tomorrow')
      const kafka = { ...settings, groupId: `early-${topic}`, sources: [{ topic, event: 'invited' }] }
      const early = await openHouse(database, { kafka })
      await topics.create(topic)
      await topics.send({ topic, value: '{"user_id": "kim"}' })
      await expect.poll(() => stepsOf(kim), patient).toEqual(['invite'])
      await early.boardwalk.stop()
    })
  })
})

forEachDatabase((_, open) => {
  test('without a broker everything else goes on', async () => {
    const house = await openHouse(await open(), {
      kafka: { brokers: ['127.0.0.1:1'], sources: [{ topic: 'nowhere' }] },
    })
    expect((await house.server('GET', '/health/ready')).status).toBe(200)
    await house.publish(flow)
    expect((await (await house.person('ada'))('GET', '/api/onboarding')).status).toBe(200)
    expect((await house.server('GET', '/metrics')).body).toContain('boardwalk_kafka_connected 0')
    await house.boardwalk.stop()
  })
})
