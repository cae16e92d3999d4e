import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  beginReader,
  commit,
  erase,
  fanOut,
  holdReader,
  insertDeadLetter,
  insertWebhook,
  load,
  migrate,
  ownMigrations,
  deliveryPurges,
  updateWebhook,
  waitingDeliveries,
  type Database,
  type Loaded,
  type Query,
} from '../src/index.ts'
import { forEachDatabase, forEachPostgres, olderTransactionsEnd } from '../test-kit/index.ts'

const count = async ({ query }: Database, table: string): Promise<number | undefined> =>
  (await query<{ n: number }>({ name: `count_${table}`, text: `select count(*)::int as n from ${table}` }))[0]
    ?.n

const happens = async ({ query }: Database, userId: string): Promise<void> => {
  const before = (await load(query, [{ userId, keys: [] }])).people[0] as Loaded
  const happening = { type: 'shop.visited', flow: null, version: null, stepId: null, data: {} }
  const records = [{ ...happening, at: 1000, correlationId: 'c' }]
  const after = { ...before.person, facts: { attributes: { n: before.revision } } }
  await commit(query, [{ before, after, records, answers: [], now: 1000 }])
}

const withHook = async (database: Database): Promise<string> => {
  await migrate(database, await ownMigrations())
  await beginReader(database.query, 'webhooks')
  const id = randomUUID()
  await insertWebhook(database.query, { id, url: 'http://host.example', types: null, secret: 's' }, 0)
  return id
}

const purgeDeliveries = async (query: Query, before: number): Promise<void> => {
  for (const purge of deliveryPurges) await purge(query, before, 100)
}

/** Reads what happened since; answers how many queues got something. */
const fan = async (query: Query): Promise<number> => {
  const from = await holdReader(query, 'webhooks', 'me', 60_000)
  if (from === undefined) throw new Error('Somebody else reads')
  return (await fanOut(query, { name: 'webhooks', holder: 'me', from }, 500, 1000)).queued
}

forEachPostgres((_name, _url, open) => {
  /** Does `work` in a transaction that ends only when the erasing waits for it. */
  const eraseDuring = async (database: Database, work: (query: Query) => Promise<unknown>): Promise<void> => {
    const begun = Promise.withResolvers<number>()
    const waited = Promise.withResolvers<void>()
    const ownPid = { name: 'own_pid', text: 'select pg_backend_pid() as pid' }
    const writing = database.transaction(async ({ query }) => {
      await work(query)
      const [row] = await query<{ pid: number }>(ownPid)
      begun.resolve(row?.pid ?? 0)
      await waited.promise
    })
    const pid = await begun.promise
    const erasing = erase(database, 'ada', randomUUID())
    const text = 'select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))'
    const blocked = () => database.query({ name: 'blocked', text }, [pid])
    try {
      await expect.poll(blocked).toHaveLength(1)
    } finally {
      waited.resolve()
      await writing
    }
    expect(await erasing).toBeDefined()
  }

  test('nothing waits for ever of somebody who is erased while deliveries are made', async () => {
    const database = await open()
    await withHook(database)
    await happens(database, 'ada')
    await expect.poll(() => fan(database.query)).toBe(1)
    await happens(database, 'ada')
    await olderTransactionsEnd(database.query)
    await eraseDuring(database, (query) => fan(query))
    expect([await count(database, 'delivery'), await count(database, 'delivery_queue')]).toEqual([0, 0])
  })

  test('no dead letter stays of somebody who is erased while it is written', async () => {
    const database = await open()
    await withHook(database)
    await happens(database, 'ada')
    const place = { source: 'kafka', topic: 't', partition: 0, offset: 0, reason: 'no' }
    const letter = { ...place, userId: 'ada', payload: null, headers: [], truncated: false }
    await eraseDuring(database, (query) => insertDeadLetter(query, letter))
    expect(await count(database, 'dead_letter')).toBe(0)
  })
})

forEachDatabase((_, open) => {
  test('a delivery without its queue, which nobody will ever send, is forgotten', async () => {
    const database = await open()
    await withHook(database)
    await happens(database, 'ada')
    await expect.poll(() => fan(database.query)).toBe(1)
    await purgeDeliveries(database.query, 0)
    expect(await count(database, 'delivery')).toBe(1)
    await database.query({ name: 'unqueue', text: 'delete from delivery_queue' })
    await purgeDeliveries(database.query, 0)
    expect(await count(database, 'delivery')).toBe(0)
  })

  test('what a disabled webhook does not take counts as waiting no more, and ends with its time', async () => {
    const database = await open()
    const id = await withHook(database)
    await happens(database, 'ada')
    await expect.poll(() => fan(database.query)).toBe(1)
    expect((await waitingDeliveries(database.query)).count).toBe(1)
    await updateWebhook(database.query, id, { enabled: false }, 2000)
    expect((await waitingDeliveries(database.query)).count).toBe(0)
    await purgeDeliveries(database.query, 1500)
    expect(await count(database, 'delivery')).toBe(1)
    await purgeDeliveries(database.query, 3000)
    expect([await count(database, 'delivery'), await count(database, 'delivery_queue')]).toEqual([0, 0])
  })
})
