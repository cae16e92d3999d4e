import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { listen, type Listener, type Listening } from '../src/index.ts'
import { openHouse, tokenOf, type House } from './open-house.ts'
import { openStream, type OpenStream } from './open-stream.ts'

const soon = { interval: 20 }

/** One that hears no notice, as when they are lost on the way. */
const deaf = (database: Database): Database => ({ ...database, listen: async () => async () => {} })

forEachDatabase((_, open) => {
  let here: House
  const others: { name: string; house: House; listening: Listening }[] = []
  const streams: OpenStream[] = []
  const heard: Parameters<Listener['handle']>[0][] = []

  beforeAll(async () => {
    const database = await open()
    const handle: Listener['handle'] = (event) => void heard.push(event)
    here = await openHouse(database, { listeners: [{ name: 'alerts', types: ['feature.rollback'], handle }] })
    await here.publish({
      name: 'shop',
      steps: [{ id: 'pay', title: 'Pay', required: true }],
      gates: { publish: { steps: ['pay'], critical: true } },
    })
    const schema = { schema: database.schema }
    for (const [name, second] of [
      ['hears', await open(schema)],
      ['deaf', deaf(await open(schema))],
    ] as const) {
      const house = await openHouse(second)
      const listening = await listen(house.boardwalk.fetch, { port: 0, host: '127.0.0.1' })
      others.push({ name, house, listening })
    }
  })
  afterAll(async () => {
    streams.forEach(({ hangUp }) => hangUp())
    await Promise.all(
      others.map(async ({ house, listening }) => (await house.boardwalk.stop(), listening.stop())),
    )
    await here.boardwalk.stop()
  })

  const enabledIn = async (house: House): Promise<boolean> =>
    (await (await house.person('ada'))('GET', '/api/onboarding')).body.features.enabled
  const gateIn = async (house: House): Promise<number> =>
    (await house.server('POST', '/api/gates/check', { userId: 'ada', gate: 'publish', route: '/publish' }))
      .status

  test('is thrown in one process, and holds in all, whether or not they hear of it', async () => {
    for (const { house, listening } of others) {
      expect([await enabledIn(house), await gateIn(house)]).toEqual([true, 409])
      streams.push(await openStream(listening.address, await tokenOf('ada')))
    }
    await expect.poll(() => streams.map(({ changes }) => changes() > 0), soon).toEqual([true, true])
    const before = streams.map(({ changes }) => changes())
    const killed = await here.server('POST', '/api/admin/release/shop/kill', { reason: 'payments fail' })
    expect(killed.status).toBe(200)
    for (const { house } of others) {
      await expect.poll(() => enabledIn(house), soon).toBe(false)
      await expect.poll(() => gateIn(house), soon).toBe(200)
    }
    await expect
      .poll(() => streams.map(({ changes }, at) => changes() > before[at]!), soon)
      .toEqual([true, true])
  })

  test('is told as an event, once, with the reason', async () => {
    await expect.poll(() => heard.length, soon).toBe(1)
    expect(heard[0]).toMatchObject({
      type: 'feature.rollback',
      flow: 'shop',
      userId: null,
      data: { reason: 'payments fail', by: 'key:first' },
    })
    await here.server('POST', '/api/admin/release/shop/kill', { reason: 'again' })
    expect(heard).toHaveLength(1)
  })

  test('undone in one process, all have the flow again', async () => {
    await here.server('PUT', '/api/admin/release/shop', { enabled: true })
    for (const { house } of others) {
      await expect.poll(() => enabledIn(house), soon).toBe(true)
      await expect.poll(() => gateIn(house), soon).toBe(409)
    }
  })
})
