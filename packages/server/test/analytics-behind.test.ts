import { expect, test, vi } from 'vitest'
import {
  beginAnalytics,
  holdReader,
  migrate,
  ownMigrations,
  releaseReader,
  type Database,
} from '@boardwalk/store'
import { forEachDatabase, forEachPostgres } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'
import { figuresStored, notCountedYet } from './recount.ts'

const rebuild = (house: House) => house.server('POST', '/api/admin/projections/rebuild')
const enters = async (house: House, userId: string) => (await house.person(userId))('GET', '/api/onboarding')
const counted = async (database: Database): Promise<void> => {
  await vi.waitFor(async () => expect(await notCountedYet(database)).toBe(0), { timeout: 60_000 })
}
const shop = { name: 'shop', steps: [{ id: 'profile', title: 'Profile' }] }

forEachDatabase((_, open) => {
  test('an answer says that it is behind while nobody counts, and not any more when somebody has', async () => {
    const database = await open()
    const { query } = database
    await migrate(database, await ownMigrations())
    await beginAnalytics(query)
    await holdReader(query, 'analytics', 'who hangs', 3_600_000)
    const house = await openHouse(database, { figuresWaitMs: 50 })
    await house.publish(shop)
    await enters(house, 'ann')
    const ask = async () => (await house.server('GET', '/api/admin/analytics/funnel?flow=shop')).body
    expect(await ask()).toMatchObject({ enrolled: 0, isCurrent: false, asOf: null })
    await releaseReader(query, 'analytics', 'who hangs')
    await counted(database)
    expect(await ask()).toMatchObject({ enrolled: 1, isCurrent: true, asOf: expect.stringMatching(/Z$/) })
    await house.boardwalk.stop()
  })
})

forEachPostgres((_, _url, open) => {
  test('counting anew gives up while somebody reads for long, and is asked again when they have read', async () => {
    const database = await open()
    const dump = await open({ schema: database.schema })
    const house = await openHouse(database)
    await house.publish(shop)
    await enters(house, 'ann')
    await counted(database)
    const before = await figuresStored(database)

    const { promise: isRead, resolve: stopReading } = Promise.withResolvers<undefined>()
    const { promise: isReading, resolve: reads } = Promise.withResolvers<undefined>()
    const reading = dump.transaction(async ({ query }) => {
      await query({ name: 'dump', text: 'select from block_count' })
      reads(undefined)
      await isRead
    })
    await isReading
    expect(await rebuild(house)).toMatchObject({ status: 503, body: { error: 'SERVICE_UNAVAILABLE' } })
    expect(await figuresStored(database)).toEqual(before)
    // And what happens goes on being counted.
    await enters(house, 'ben')
    await counted(database)
    const both = await figuresStored(database)
    expect(both).not.toEqual(before)

    stopReading(undefined)
    await reading
    expect(await rebuild(house)).toMatchObject({ status: 202 })
    await counted(database)
    expect(await figuresStored(database)).toEqual(both)
    await house.boardwalk.stop()
  })
})
