import { beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../src/database/database.ts'
import { errorCode } from '../src/database/database-error.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const count = { name: 'count_marks', text: 'select count(*) as marks from mark' }
const insert = { name: 'insert_mark', text: 'insert into mark (id) values ($1)' }
const divide = { name: 'divide', text: 'select 1 / $1::int as value' }

forEachDatabase((name, open) => {
  describe(`a session of ${name}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await open()
      await database.transaction(({ script }) =>
        script('create table mark (id int primary key); create index on mark (id)'),
      )
    })
    const marks = async () => (await database.query<{ marks: number }>(count))[0]?.marks

    test('answers the next statement after one that failed', async () => {
      for (let round = 0; round < 3; round++) {
        await expect(database.query(divide, [0])).rejects.toMatchObject({ code: '22012' })
        expect(await database.query(divide, [1])).toStrictEqual([{ value: 1 }])
      }
    })

    test('lets a failing statement among many fail alone', async () => {
      const answers = await Promise.allSettled([1, 0, 1, 0, 0, 1].map((by) => database.query(divide, [by])))
      expect(answers.map((answer) => answer.status)).toStrictEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ])
    })

    test('answers after a statement that does not parse, a script that fails and a constraint', async () => {
      await expect(database.query({ name: 'nonsense', text: 'selekt 1' })).rejects.toMatchObject({
        code: '42601',
      })
      await expect(database.transaction(({ script }) => script('select 1; selekt 2'))).rejects.toMatchObject({
        code: '42601',
      })
      await database.query(insert, [1])
      await expect(database.query(insert, [1])).rejects.toMatchObject({ code: '23505' })
      expect(await database.query(divide, [1])).toStrictEqual([{ value: 1 }])
    })

    test('commits what a transaction did', async () => {
      const before = await marks()
      expect(await database.transaction(async ({ query }) => (await query(insert, [10]), 'answer'))).toBe(
        'answer',
      )
      expect(await marks()).toBe((before ?? 0) + 1)
    })

    test('rolls back what a transaction did when it throws', async () => {
      const before = await marks()
      const thrown = new Error('changed my mind')
      await expect(
        database.transaction(async ({ query }) => (await query(insert, [20]), Promise.reject(thrown))),
      ).rejects.toBe(thrown)
      expect(await marks()).toBe(before)
    })

    test('rolls back when a statement of the transaction fails', async () => {
      const before = await marks()
      await expect(
        database.transaction(async ({ query }) => [await query(insert, [30]), await query(insert, [30])]),
      ).rejects.toMatchObject({ code: '23505' })
      expect(await marks()).toBe(before)
    })

    test('keeps statements from outside out of a transaction', async () => {
      const before = await marks()
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      const transaction = database.transaction(async ({ query }) => {
        await query(insert, [40])
        begin()
        await new Promise((resolve) => setTimeout(resolve, 20))
        throw new Error('undone')
      })
      transaction.catch(() => {})
      await begun
      const outside = database.query(insert, [41])
      await expect(transaction).rejects.toThrow('undone')
      await outside
      expect(await marks()).toBe((before ?? 0) + 1)
    })

    test('runs many transactions and statements at once without mixing them', async () => {
      const before = await marks()
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => [
          database.transaction(
            async ({ query }) => (await query(insert, [1000 + i]), await query(insert, [2000 + i])),
          ),
          database
            .transaction(
              async ({ query }) => (await query(insert, [3000 + i]), Promise.reject(new Error('undone'))),
            )
            .catch(() => {}),
          database.query(insert, [4000 + i]),
        ]).flat(),
      )
      expect(await marks()).toBe((before ?? 0) + 60)
    })

    test('refuses the database itself inside a transaction instead of waiting for ever', async () => {
      await expect(database.transaction(() => database.query(count))).rejects.toThrow(
        'use the session that is passed',
      )
      await expect(database.transaction(() => database.transaction(async () => {}))).rejects.toThrow(
        'use the session that is passed',
      )
      expect(await marks()).toBeTypeOf('number')
    })

    test('keeps two schemas apart, also with the same statement at the same time', async () => {
      const other = await open()
      await other.transaction(({ script }) => script('create table mark (id int primary key)'))
      const answers = await Promise.all([
        database.query<{ marks: number }>(count),
        other.query<{ marks: number }>(count),
        database.query<{ marks: number }>(count),
      ])
      expect(answers.map(([row]) => row?.marks)).toStrictEqual([await marks(), 0, await marks()])
    })

    test('refuses one name for two statements', async () => {
      await database.query({ name: 'one_name', text: 'select 1' })
      const all = Array.from({ length: 8 }, () => database.query({ name: 'one_name', text: 'select 2' }))
      const answers = await Promise.allSettled(all)
      expect(answers.some((answer) => answer.status === 'rejected')).toBe(true)
    })

    test('runs in UTC with plans for every value', async () => {
      const settings = {
        name: 'settings',
        text: "select current_setting('TimeZone') as zone, current_setting('plan_cache_mode') as plans, current_schema as schema",
      }
      expect(await database.query(settings)).toStrictEqual([
        { zone: 'UTC', plans: 'force_generic_plan', schema: database.schema },
      ])
    })

    test('carries five megabytes in and out', async () => {
      const text = '🚀x'.repeat(1_000_000)
      const [row] = await database.query<{ value: string }>(
        { name: 'large', text: 'select $1::text as value' },
        [text],
      )
      expect(row?.value === text).toBe(true)
    })

    test('wakes a listener with the payload, only on commit, and no more after it left', async () => {
      const heard: string[] = []
      const channel = `Chan "${database.schema}"`.slice(0, 60)
      const stop = await database.listen(channel, (payload) => heard.push(payload))
      const notify = { name: 'notify', text: 'select pg_notify($1, $2)' }
      await database.query(notify, [channel, 'one'])
      await database
        .transaction(
          async ({ query }) => (
            await query(notify, [channel, 'undone']),
            Promise.reject(new Error('undone'))
          ),
        )
        .catch(() => {})
      await database.transaction(({ query }) => query(notify, [channel, 'two 🚀']))
      await expect.poll(() => heard).toStrictEqual(['one', 'two 🚀'])
      await stop()
      await database.query(notify, [channel, 'three'])
      await database.query(count)
      expect(heard).toStrictEqual(['one', 'two 🚀'])
    })

    test('gives every error a code', async () => {
      const error = await database
        .query({ name: 'missing', text: 'select * from nowhere' })
        .catch((caught: unknown) => caught)
      expect(errorCode(error)).toBe('42P01')
    })
  })
})
