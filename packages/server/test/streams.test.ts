import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { listen, type Listening } from '../src/index.ts'
import { flowFile, openHouse, tokenOf, type Call, type House } from './open-house.ts'
import { openStream, type OpenStream } from './open-stream.ts'

type Open = House & Pick<Listening, 'address' | 'stop'>

const generous = { interval: 20 }

const openTo = async (house: House): Promise<Open> => ({
  ...house,
  ...(await listen(house.boardwalk.fetch, { port: 0, host: '127.0.0.1' })),
})

forEachDatabase((_, open) => {
  let database: Database
  let here: Open
  let there: Open
  const opened: OpenStream[] = []

  beforeAll(async () => {
    database = await open()
    here = await openTo(await openHouse(database))
    there = await openTo(await openHouse(await open({ schema: database.schema })))
    await here.publish(flowFile('shop'))
  })
  afterAll(async () => {
    opened.forEach(({ hangUp }) => hangUp())
    await Promise.all([here.boardwalk.stop(), there.boardwalk.stop(), here.stop(), there.stop()])
  })

  const claimsOf = (userId: string) => ({ role: 'owner', market: 'FR', account: `account of ${userId}` })
  const listenTo = async (house: Open, userId: string): Promise<OpenStream> => {
    const stream = await openStream(house.address, await tokenOf(userId, claimsOf(userId)))
    opened.push(stream)
    return stream
  }
  const countOf = (streams: readonly OpenStream[]): number[] => streams.map(({ changes }) => changes())

  const toldSince = (streams: readonly OpenStream[], before: readonly number[]): Promise<void> =>
    expect.poll(() => countOf(streams).every((count, at) => count > before[at]!), generous).toBe(true)

  /** The person's streams in both processes, after all that the first reading brought. */
  const settled = async (userId: string): Promise<{ me: Call; streams: OpenStream[] }> => {
    const me = await here.person(userId, claimsOf(userId))
    const streams = [await listenTo(here, userId), await listenTo(there, userId)]
    await expect.poll(() => Math.min(...countOf(streams)), generous).toBe(1)
    await me('GET', '/api/onboarding')
    await toldSince(streams, [1, 1])
    return { me, streams }
  }

  const small = (title: string) => ({
    name: 'small',
    audience: { plan: 'nobody' },
    steps: [{ id: 'only', title }],
  })
  const changes: [string, (me: Call, userId: string) => Promise<unknown>][] = [
    ['a step done on another device', (me) => me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })],
    [
      'the account’s step done by another member',
      async (_, userId) => {
        const other = await here.person(`colleague of ${userId}`, claimsOf(userId))
        return other('PATCH', '/api/onboarding/steps/payments', { status: 'done' })
      },
    ],
    ['facts told by the host', (_, userId) => here.server('PUT', `/api/users/${userId}`, { plan: 'team' })],
    [
      'attributes of the account told by the host',
      (_, userId) =>
        here.server('PUT', `/api/accounts/${claimsOf(userId).account}`, { attributes: { size: 5 } }),
    ],
    [
      'an identify event',
      (_, userId) =>
        here.server('POST', '/api/events', { type: 'identify', userId, traits: { plan: 'solo' } }),
    ],
    ['a publication', () => here.publish(small('Once'))],
    ['a publication by the host’s own process', () => here.boardwalk.verbs.publishFlow(small('Twice'))],
    [
      'a rollback',
      () => here.server('POST', '/api/admin/flows/small/versions/1/rollback', { reason: 'a test' }),
    ],
    [
      'a deprecation',
      () => here.server('POST', '/api/admin/flows/small/versions/1/deprecate', { reason: 'a test' }),
    ],
  ]

  test.each(changes)('%s is told in every process', async (name, change) => {
    const userId = `person of ${name.replaceAll(/\W+/g, ' ')}`
    const { me, streams } = await settled(userId)
    const before = countOf(streams)
    const result = (await change(me, userId)) as { status?: number } | undefined
    if (result?.status !== undefined) expect(result.status).toBe(200)
    await toldSince(streams, before)
  })

  test('an erased member’s name disappears from what the others read, and they are told', async () => {
    const { streams } = await settled('stays')
    const other = await here.person('goes', claimsOf('stays'))
    await other('PATCH', '/api/onboarding/steps/payments', { status: 'done' })
    await toldSince(streams, [2, 2])
    const before = countOf(streams)
    await here.server('DELETE', '/api/users/goes')
    await toldSince(streams, before)
  })

  test('what others do is not told', async () => {
    const [one, other] = [await settled('one'), await settled('other')]
    await one.me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
    await toldSince(one.streams, [2, 2])
    const before = countOf(one.streams)
    await other.me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
    // Whatever was told of it to the first would have come by the same look.
    await toldSince(other.streams, [2, 2])
    expect(countOf(one.streams)).toEqual(before)
  })

  test('many changes at once are few messages', async () => {
    const { streams } = await settled('busy')
    const plans = Array.from({ length: 40 }, (_, index) => ({ plan: `plan ${index}` }))
    const begun = performance.now()
    await Promise.all(plans.map((facts) => here.server('PUT', '/api/users/busy', facts)))
    await toldSince(streams, [2, 2])
    await here.publish(small('Thrice'))
    // One each 100 ms, and those of the enrolment.
    expect(Math.max(...countOf(streams))).toBeLessThan((performance.now() - begun) / 100 + 6)
  })

  test('an erasure ends the streams, and a new one is refused', async () => {
    const { streams } = await settled('leaves')
    expect((await here.server('DELETE', '/api/users/leaves')).status).toBe(200)
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(['ended', 'ended'])
    expect(await (await here.person('leaves'))('GET', '/api/onboarding/stream')).toMatchObject({
      status: 403,
      body: { error: 'person_erased' },
    })
  })

  test('a person is told of what happens before they are known', async () => {
    const stream = await listenTo(there, 'stranger')
    await expect.poll(stream.changes, generous).toBe(1)
    await here.server('PUT', '/api/users/stranger', { role: 'owner' })
    await expect.poll(stream.changes, generous).toBe(2)
  })

  test('is sent as it comes, and kept by nobody', async () => {
    const { headers } = await listenTo(here, 'headers')
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-correlation-id': expect.any(String),
    })
  })

  test('is for people only', async () => {
    for (const call of [here.as(undefined), here.server, here.as('nonsense')])
      expect((await call('GET', '/api/onboarding/stream')).status).toBe(401)
  })
})
