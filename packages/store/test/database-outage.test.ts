import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { errorCode, isConnectionLost, isSerializationFailure } from '../src/database/database-error.ts'
import { openPostgres } from '../src/database/open-postgres.ts'
import { forEachPostgres, freshSchema } from '../test-kit/index.ts'

const killOthers = {
  name: 'kill_others',
  text: 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()',
}
const one = { name: 'one', text: 'select 1 as one' }
const sleep = { name: 'sleep', text: 'select pg_sleep(30)' }

forEachPostgres((name, url, open) => {
  describe(`an outage of ${name}`, () => {
    test('that kills idle connections goes unnoticed by the next statement', async () => {
      const admin = await open()
      const database = await open({ connections: 3 })
      await Promise.all([1, 2, 3].map(() => database.query(one)))
      await admin.query(killOthers, [database.schema])
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect(await Promise.all([1, 2, 3].map(() => database.query(one)))).toHaveLength(3)
    })

    test('in the middle of a statement gives an error that says so, and the next works', async () => {
      const admin = await open()
      const database = await open({ connections: 2 })
      const running = database.query(sleep).catch((caught: unknown) => caught)
      await new Promise((resolve) => setTimeout(resolve, 100))
      await admin.query(killOthers, [database.schema])
      const error = await running
      expect(isConnectionLost(error)).toBe(true)
      expect(errorCode(error)).toBe('57P01')
      expect(await database.query(one)).toStrictEqual([{ one: 1 }])
    })

    test('in the middle of a transaction gives an error that says so, and the next works', async () => {
      const admin = await open()
      const database = await open({ connections: 1 })
      const error = await database
        .transaction(async ({ query }) => {
          await query(one)
          await admin.query(killOthers, [database.schema])
          await new Promise((resolve) => setTimeout(resolve, 50))
          return query(one)
        })
        .catch((caught: unknown) => caught)
      expect(isConnectionLost(error)).toBe(true)
      expect(await database.query(one)).toStrictEqual([{ one: 1 }])
    })

    test('of the listener is mended, announced with an empty notice, and notices arrive again', async () => {
      const admin = await open()
      const database = await open()
      const heard: string[] = []
      const channel = `channel_${database.schema}`
      const notify = { name: 'notify', text: 'select pg_notify($1, $2)' }
      const stop = await database.listen(channel, (payload) => heard.push(payload))
      await admin.query(notify, [channel, 'before'])
      await expect.poll(() => heard).toStrictEqual(['before'])
      await admin.query(killOthers, [database.schema])
      await expect.poll(() => heard).toStrictEqual(['before', ''])
      await admin.query(notify, [channel, 'after'])
      await expect.poll(() => heard).toStrictEqual(['before', '', 'after'])
      await stop()
    })

    test('from the start gives an error with a code, for a statement, a transaction and a listener', async () => {
      const closed = createServer().listen(0, '127.0.0.1')
      await once(closed, 'listening')
      const port = (closed.address() as { port: number }).port
      closed.close()
      const database = await openPostgres({ url: `postgresql://postgres@127.0.0.1:${port}/postgres` })
      for (const attempt of [
        () => database.query(one),
        () => database.transaction(async () => {}),
        () => database.listen('c', () => {}),
      ]) {
        const error = await attempt().catch((caught: unknown) => caught)
        expect([errorCode(error), isConnectionLost(error)]).toStrictEqual(['ECONNREFUSED', true])
      }
      await database.close()
    })

    test('in which the network swallows everything ends in an error, not in waiting for ever', async () => {
      const target = new URL(url)
      const sockets: Socket[] = []
      let silent = false
      const proxy = createServer((socket) => {
        const server = connect(Number(target.port || 5432), target.hostname)
        sockets.push(socket, server)
        for (const end of [socket, server]) end.on('error', () => {})
        socket.on('data', (bytes) => silent || server.write(bytes))
        server.on('data', (bytes) => silent || socket.write(bytes))
      }).listen(0, '127.0.0.1')
      await once(proxy, 'listening')
      const address = new URL(url)
      address.hostname = '127.0.0.1'
      address.port = String((proxy.address() as { port: number }).port)
      const database = await openPostgres({
        url: address.href,
        schema: freshSchema(),
        statementTimeoutMs: 100,
        connections: 1,
      })
      await database.query(one)
      silent = true
      const error = await database.query(one).catch((caught: unknown) => caught)
      expect(isConnectionLost(error)).toBe(true)
      silent = false
      expect(await database.query(one)).toStrictEqual([{ one: 1 }])
      await database.close()
      for (const socket of sockets) socket.destroy()
      proxy.close()
    })

    test('by a statement that takes too long is the error of that statement alone', async () => {
      const database = await openPostgres({ url, statementTimeoutMs: 100, connections: 1 })
      await expect(database.query(sleep)).rejects.toMatchObject({ code: '57014' })
      expect(await database.query(one)).toStrictEqual([{ one: 1 }])
      await database.close()
    })

    test('by a deadlock is recognised as worth another attempt', async () => {
      const database = await open()
      await database.transaction(({ script }) =>
        script('create table pair (id int primary key, n int); insert into pair values (1, 0), (2, 0)'),
      )
      const update = { name: 'update_pair', text: 'update pair set n = n + 1 where id = $1' }
      const crossing = (first: number, second: number) =>
        database.transaction(async ({ query }) => {
          await query(update, [first])
          await new Promise((resolve) => setTimeout(resolve, 100))
          await query(update, [second])
        })
      const answers = await Promise.allSettled([crossing(1, 2), crossing(2, 1)])
      const errors = answers.flatMap((answer) =>
        answer.status === 'rejected' ? [answer.reason as unknown] : [],
      )
      expect(errors.map(isSerializationFailure)).toStrictEqual([true])
    })

    test('by a table that changed under a prepared statement ends with the next attempt', async () => {
      const database = await open({ connections: 1 })
      const other = await open({ schema: database.schema })
      await other.transaction(({ script }) => script('create table shape (a int)'))
      const star = { name: 'star', text: 'select * from shape' }
      await database.query(star)
      await other.transaction(({ script }) => script('alter table shape add column b int'))
      await database.query(star).catch(() => {})
      expect(await database.query(star)).toStrictEqual([])
    })

    test('quotes a schema with awkward characters in its name', async () => {
      const schema = `odd "name" \\ 'x' ${freshSchema().slice(0, 20)}`
      const database = await openPostgres({ url, schema })
      await database.transaction(({ script }) => script(`create schema "${schema.replaceAll('"', '""')}"`))
      expect(await database.query({ name: 'schema', text: 'select current_schema as schema' })).toStrictEqual(
        [{ schema }],
      )
      await database.transaction(({ script }) => script(`drop schema "${schema.replaceAll('"', '""')}"`))
      await database.close()
    })
  })
})
