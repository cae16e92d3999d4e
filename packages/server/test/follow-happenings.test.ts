import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { migrate, ownMigrations, readHappenings, type Happened } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { followHappenings, type Follower } from '../src/following/follow-happenings.ts'

const log = pino({ level: 'silent' })
const write = {
  name: 'write_happening',
  text: "insert into happening (type, data, at) values ($1, '{}', now())",
}
const leaseMs = 300

forEachPostgres((_, _url, open) => {
  test('a page that takes longer than the lease is handled once, though another process waits for it', async () => {
    const database = await open()
    const other = await open({ schema: database.schema })
    await migrate(database, await ownMigrations())
    for (const type of ['a', 'b']) await database.query(write, [type])
    const told: string[] = []
    const slowly: Follower = {
      name: 'slow',
      read: readHappenings,
      handle: async (happened: readonly Happened[]) => {
        told.push(...happened.map(({ type }) => type))
        await sleep(leaseMs * 4)
      },
    }
    const followers = [
      await followHappenings(database, slowly, log, leaseMs),
      await followHappenings(other, slowly, log, leaseMs),
    ]
    const cursor = { name: 'cursor', text: 'select seq from reader' }
    await expect.poll(async () => (await database.query<{ seq: number }>(cursor))[0]?.seq).toBe(2)
    await Promise.all(followers.map((follower) => follower.stop()))
    expect(told).toEqual(['a', 'b'])
  })
})
