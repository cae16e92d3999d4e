import { beforeEach, expect, test } from 'vitest'
import {
  advanceReader,
  announce,
  happeningChannel,
  happeningNotice,
  holdReader,
  migrate,
  ownMigrations,
  readerLags,
  readHappenings,
  releaseReader,
  type Cursor,
  type Database,
  type Query,
} from '../src/index.ts'
import { forEachDatabase, forEachPostgres, olderTransactionsEnd } from '../test-kit/index.ts'

const start: Cursor = { xid: '0', seq: 0 }
const insert = {
  name: 'insert_happening',
  text: "insert into happening (type, data, at) values ($1, '{}', now())",
}
const write = (query: Query, type: string): Promise<unknown[]> => query(insert, [type])
const typesAfter = async (database: Database, cursor = start): Promise<string[]> =>
  (await readHappenings(database.query, cursor, 100)).map((happened) => happened.type)

forEachDatabase((_, open) => {
  let database: Database
  beforeEach(async () => {
    database = await open()
    await migrate(database, await ownMigrations())
  })

  test('happenings are read in order, page by page, each once', async () => {
    for (const type of ['a', 'b', 'c', 'd', 'e']) await write(database.query, type)
    await olderTransactionsEnd(database.query)
    const [first, second] = await readHappenings(database.query, start, 2)
    expect([first?.type, second?.type]).toEqual(['a', 'b'])
    expect(await typesAfter(database, second?.cursor)).toEqual(['c', 'd', 'e'])
  })

  test('a reader is held by one at a time, given back when released, and its cursor never goes back', async () => {
    for (const type of ['a', 'b']) await write(database.query, type)
    await olderTransactionsEnd(database.query)
    const [first, second] = await readHappenings(database.query, start, 2)
    expect(await holdReader(database.query, 'r', 'me', 60_000)).toEqual(start)
    expect(await holdReader(database.query, 'r', 'you', 60_000)).toBeUndefined()
    expect(await advanceReader(database.query, 'r', 'you', first?.cursor ?? start)).toBe(false)
    expect(await advanceReader(database.query, 'r', 'me', second?.cursor ?? start)).toBe(true)
    expect(await advanceReader(database.query, 'r', 'me', first?.cursor ?? start)).toBe(false)
    await releaseReader(database.query, 'r', 'me')
    expect(await holdReader(database.query, 'r', 'you', 60_000)).toEqual(second?.cursor)
  })

  test('a reader whose holder died is taken over when the lease ends', async () => {
    await holdReader(database.query, 'r', 'dead', 50)
    await expect.poll(() => holdReader(database.query, 'r', 'heir', 50)).toBeDefined()
  })

  test('an announcement wakes who listens', async () => {
    let woken = 0
    const stop = await database.listen(happeningChannel, () => (woken += 1))
    await announce(database.query, [happeningNotice])
    await expect.poll(() => woken).toBeGreaterThan(0)
    await stop()
  })
})

forEachPostgres((_, _url, open) => {
  test('nothing is read past a transaction still open, so its happenings are not skipped', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    let finish = (): void => undefined
    const mayFinish = new Promise<void>((resolve) => (finish = resolve))
    const slow = database.transaction(async ({ query }) => {
      await write(query, 'slow')
      await mayFinish
    })
    await expect
      .poll(
        async () =>
          (
            await database.query({
              name: 'open_ones',
              text: "select 1 from pg_stat_activity where state = 'idle in transaction' and query like 'insert into happening%'",
            })
          ).length,
      )
      .toBeGreaterThan(0)
    await write(database.query, 'quick')
    expect(await typesAfter(database)).toEqual([])
    await holdReader(database.query, 'r', 'me', 60_000)
    expect(await readerLags(database.query, ['r'])).toEqual([{ name: 'r', waitingSince: expect.any(Number) }])
    finish()
    await slow
    await olderTransactionsEnd(database.query)
    expect(await typesAfter(database)).toEqual(['slow', 'quick'])
  })

  test('readers beside many writers see every happening once', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    let writing = true
    const writers = Promise.all(
      Array.from({ length: 3 }, (_, writer) =>
        database
          .transaction(async () => undefined)
          .then(async () => {
            for (let index = 0; index < 100; index++) {
              await database.transaction(async ({ query }) => {
                await write(query, `${writer}-${index}`)
                if (index % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 3))
              })
            }
          }),
      ),
    ).finally(() => (writing = false))
    const seen: string[] = []
    let cursor = start
    for (let last = false; !last;) {
      last = !writing
      if (last) await olderTransactionsEnd(database.query)
      const page = await readHappenings(database.query, cursor, 20)
      seen.push(...page.map((happened) => happened.type))
      cursor = page.at(-1)?.cursor ?? cursor
      if (page.length > 0) last = false
    }
    await writers
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe(300)
  })
})
