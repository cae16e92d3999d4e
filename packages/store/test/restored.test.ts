import { beforeEach, expect, test } from 'vitest'
import {
  advanceReader,
  beginReader,
  fanOut,
  holdReader,
  insertWebhook,
  migrate,
  ownMigrations,
  readHappenings,
  renumberRestored,
  type Cursor,
  type Database,
} from '../src/index.ts'
import { forEachDatabase, olderTransactionsEnd } from '../test-kit/index.ts'

const insert = { name: 'insert', text: "insert into happening (type, data, at) values ($1, '{}', now())" }
const longMs = 60_000

forEachDatabase((_, open) => {
  let database: Database
  beforeEach(async () => {
    database = await open()
    await migrate(database, await ownMigrations())
  })

  const write = async (...types: string[]): Promise<void> => {
    for (const type of types) await database.query(insert, [type])
    await olderTransactionsEnd(database.query)
  }
  const place = async (reader: string, holder: string): Promise<Cursor> => {
    const cursor = await holdReader(database.query, reader, holder, longMs)
    if (cursor === undefined) throw new Error('The reader is held')
    return cursor
  }
  const waitingFor = async (reader: string, holder = 'me') =>
    readHappenings(database.query, await place(reader, holder), 100)
  const typesFor = async (reader: string, holder?: string): Promise<string[]> =>
    (await waitingFor(reader, holder)).map(({ type }) => type)
  /** The reader has been told up to the happening of this type. */
  const told = async (reader: string, type: string): Promise<void> => {
    const upTo = (await waitingFor(reader)).find((happened) => happened.type === type)
    if (upTo === undefined) throw new Error(`Nothing of type ${type} waits`)
    expect(await advanceReader(database.query, reader, 'me', upTo.cursor)).toBe(true)
  }
  /** As a dump of a database that had counted a million million transactions more. */
  const restoreFromOlder = (): Promise<void> =>
    database.transaction(({ script }) =>
      script(
        ['happening', 'reader', 'delivery']
          .map((table) => `update ${table} set xid = ((xid::text)::bigint + 1000000000000)::text::xid8`)
          .join(';'),
      ),
    )

  test('a database that was not restored is left as it is', async () => {
    await write('a', 'b')
    await beginReader(database.query, 'new')
    await told('r', 'a')
    const before = await place('r', 'me')
    expect(await renumberRestored(database)).toBe(false)
    expect(await place('r', 'me')).toEqual(before)
    expect((await waitingFor('r'))[0]?.cursor.xid).not.toBe('3')
  })

  test('after restoring into a younger database everyone is told what they were not told yet, and what happens then', async () => {
    await write('a', 'b', 'c', 'd')
    await told('early', 'a')
    await told('late', 'c')
    await place('from the beginning', 'me')
    await beginReader(database.query, 'new')
    await restoreFromOlder()
    await write('e')
    expect(await typesFor('late')).toEqual([])

    expect(await renumberRestored(database)).toBe(true)
    await write('f')
    expect(await typesFor('early')).toEqual(['b', 'c', 'd', 'e', 'f'])
    expect(await typesFor('late')).toEqual(['d', 'e', 'f'])
    expect(await typesFor('from the beginning')).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(await typesFor('new')).toEqual(['e', 'f'])
    expect(await renumberRestored(database)).toBe(false)
  })

  test('where nothing but a reader is of the older database, it hears of what happens', async () => {
    await beginReader(database.query, 'new')
    await restoreFromOlder()
    expect(await renumberRestored(database)).toBe(true)
    await write('a')
    expect(await typesFor('new')).toEqual(['a'])
  })

  test('of transactions that crossed, the one that a reader was not told is told, though another is told again', async () => {
    await write('first', 'slow', 'quick', 'last')
    // The slow one got its number early and its place in the sequence late, as happens when two write at once.
    await database.transaction(({ script }) =>
      script(`
        update happening set xid = '5' where type = 'quick';
        update happening set xid = '4' where type = 'first';
        update happening set xid = '6' where type = 'slow';
        update happening set xid = '7' where type = 'last'`),
    )
    await told('r', 'quick')
    await restoreFromOlder()
    expect(await renumberRestored(database)).toBe(true)
    expect(await typesFor('r')).toEqual(['slow', 'quick', 'last'])
  })

  test('who held a reader meanwhile cannot move it back to the old numbers', async () => {
    await write('a', 'b')
    await told('r', 'a')
    await restoreFromOlder()
    const old = await place('r', 'me')
    expect(await renumberRestored(database)).toBe(true)
    const beyond = { xid: old.xid, seq: old.seq + 1 }
    expect(await advanceReader(database.query, 'r', 'me', beyond)).toBe(false)
    expect(await typesFor('r', 'you')).toEqual(['b'])
  })

  test('deliveries that wait still find what they are to tell', async () => {
    const id = '00000000-0000-4000-8000-000000000001'
    await insertWebhook(database.query, { id, url: 'https://shop.example/hook', types: null, secret: 's' }, 0)
    await write('a')
    const from = await place('webhooks', 'me')
    expect(await fanOut(database.query, { name: 'webhooks', holder: 'me', from }, 10, 0)).toMatchObject({
      queued: 1,
    })
    await restoreFromOlder()
    expect(await renumberRestored(database)).toBe(true)
    const found = await database.query({
      name: 'found',
      text: 'select h.type from delivery d join happening h on h.xid = d.xid and h.seq = d.seq',
    })
    expect(found).toEqual([{ type: 'a' }])
  })

  test('figures are counted anew from the beginning, but for those of erased people', async () => {
    await write('a', 'b')
    await told('analytics', 'b')
    await database.transaction(({ script }) =>
      script(`
        insert into tally (person_id, state) values (1, '{}');
        insert into journey_count values
          ('hour', '2026-01-01', 1, false, 1, 0, 0, 1), ('hour', '2026-01-01', 1, true, 7, 0, 0, 7)`),
    )
    await restoreFromOlder()
    expect(await renumberRestored(database)).toBe(true)
    expect(await typesFor('analytics')).toEqual(['a', 'b'])
    const left = await database.query({
      name: 'left',
      text: 'select enrolled, (select count(*) from tally) as tallies from journey_count',
    })
    expect(left).toEqual([{ enrolled: 7, tallies: 0 }])
  })
})
