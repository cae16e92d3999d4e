import { afterEach, expect, test, vi } from 'vitest'
import { migrate, ownMigrations, type Database } from '@boardwalk/store'
import { forEachDatabase, forEachPostgres } from '@boardwalk/store/test-kit'
import { usuallyKept } from '../src/retention/kept.ts'
import { purgeOld } from '../src/retention/retention.ts'
import { openHouse } from './open-house.ts'

const day = 86_400_000
const hour = 3_600_000

/** Table → a row of the moment `$1`, in milliseconds since 1970. */
const at = 'to_timestamp($1::double precision / 1000)'
const insertions: { readonly [table: string]: string } = {
  idempotency_key: `(person_id, key, fingerprint, status, body, created_at) values (1, $1::text, '', 200, '', ${at})`,
  dead_letter: `(source, topic, partition, record_offset, reason, at) values ('kafka', 't', 0, 0, $1::text, ${at})`,
  request_count: `(minute, process, requests, errors) values (${at}, gen_random_uuid(), 1, 0)`,
  alert: `(id, flow, rule, severity, message, firing_since, cleared_at)
    values (gen_random_uuid(), 'start', $1::text, 'warning', '', ${at}, ${at})`,
  delivery: `(webhook_id, person_id, xid, seq, happening_id, type, status, created_at, ended_at)
    select id, 1, '3', 1, gen_random_uuid(), $1::text, 'delivered', ${at}, ${at} from webhook`,
  erasure: `(subject, receipt, erased_at) values (sha256(convert_to($1::text, 'UTF8')), gen_random_uuid(), ${at})`,
}
const tables = Object.keys(insertions)

const prepare = async (database: Database): Promise<void> => {
  await migrate(database, await ownMigrations())
  await database.transaction(({ script }) =>
    script(`
      insert into flow (name, created_at) values ('start', now());
      insert into webhook (id, url, secret, created_at) values (gen_random_uuid(), 'x', 'x', now())`),
  )
}

const insert = async (database: Database, table: string, ms: number): Promise<void> => {
  const text = `insert into ${table} ${insertions[table]?.replaceAll('$1::text', `'${ms}'`)}`
  await database.query({ name: `insert old ${table} ${ms}`, text }, [ms])
}

const count = async (database: Database, table: string): Promise<number | undefined> =>
  (
    await database.query<{ n: number }>({
      name: `count ${table}`,
      text: `select count(*)::int as n from ${table}`,
    })
  )[0]?.n

const counts = async (database: Database): Promise<(number | undefined)[]> => {
  const all: (number | undefined)[] = []
  for (const table of tables) all.push(await count(database, table))
  return all
}

afterEach(() => {
  vi.useRealTimers()
})

forEachDatabase((_, open) => {
  test('of each kind goes what is older than it may be, by the clock that it is told, and nothing younger', async () => {
    const database = await open()
    await prepare(database)
    const now = Date.parse('2031-05-05T05:05:00Z')
    const days = {
      idempotency_key: 30,
      dead_letter: 14,
      request_count: 90,
      alert: 90,
      delivery: 30,
      erasure: 700,
    }
    for (const [table, kept] of Object.entries(days))
      for (const age of [kept - 0.01, kept + 0.01]) await insert(database, table, now - age * day)
    await purgeOld(database, usuallyKept, now - 0.02 * day)
    expect(await counts(database)).toEqual([2, 2, 2, 2, 2, 2])
    await purgeOld(database, usuallyKept, now)
    expect(await counts(database)).toEqual([1, 1, 1, 1, 1, 2])
    await purgeOld(database, { ...usuallyKept, erasures: 700 }, now)
    expect(await counts(database)).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('what waits, fires or is disabled lately stays, however old', async () => {
    const database = await open()
    await prepare(database)
    await insert(database, 'delivery', 1000)
    await insert(database, 'alert', 1000)
    await database.transaction(({ script }) =>
      script(`
        update delivery set status = 'pending', ended_at = null;
        insert into delivery_queue (webhook_id, person_id, waiting, next_at) select id, 1, 1, now() from webhook;
        update alert set cleared_at = null`),
    )
    await purgeOld(database, usuallyKept, Date.now())
    expect([await count(database, 'delivery'), await count(database, 'alert')]).toEqual([1, 1])
  })

  test('more than a batch goes in one go', async () => {
    const database = await open()
    await prepare(database)
    await database.transaction(({ script }) =>
      script(`
        insert into request_count select timestamptz '2020-01-01' + n * interval '1 minute', gen_random_uuid(), 1, 0
        from generate_series(1, 12000) n`),
    )
    await purgeOld(database, usuallyKept, Date.now())
    expect(await count(database, 'request_count')).toBe(0)
  })

  test('the list of erased people without a key is emptied a day after the one with a key was made', async () => {
    const database = await open()
    await prepare(database)
    await database.transaction(({ script }) =>
      script(`insert into erased_person values (sha256('ada'), gen_random_uuid(), now())`),
    )
    expect(await count(database, 'erasure')).toBe(1)
    await purgeOld(database, usuallyKept, Date.now() + 0.9 * day)
    expect(await count(database, 'erased_person')).toBe(1)
    await purgeOld(database, usuallyKept, Date.now() + 1.1 * day)
    expect([await count(database, 'erased_person'), await count(database, 'erasure')]).toEqual([0, 1])
  })

  test('a running Boardwalk does so by the hour, as long as its configuration says', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const database = await open()
    await prepare(database)
    const now = Date.now()
    const { boardwalk } = await openHouse(database, { kept: { deadLetters: 3 }, clock: () => now })
    try {
      for (const age of [2, 4]) await insert(database, 'dead_letter', now - age * day)
      expect(await count(database, 'dead_letter')).toBe(2)
      await vi.advanceTimersByTimeAsync(hour)
      await expect.poll(() => count(database, 'dead_letter')).toBe(1)
    } finally {
      await boardwalk.stop()
    }
  })
})

forEachPostgres((_name, _url, open) => {
  test('one process of many does it at a time', async () => {
    const database = await open()
    await prepare(database)
    await insert(database, 'dead_letter', 1000)
    const other = await open({ schema: database.schema })
    const [held, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holding = other.transaction(async ({ script }) => {
      await script('select pg_advisory_xact_lock(5, hashtext(current_schema()))')
      held.resolve()
      await done.promise
    })
    await held.promise
    await purgeOld(database, usuallyKept, Date.now())
    expect(await count(database, 'dead_letter')).toBe(1)
    done.resolve()
    await holding
    await purgeOld(database, usuallyKept, Date.now())
    expect(await count(database, 'dead_letter')).toBe(0)
  })
})
