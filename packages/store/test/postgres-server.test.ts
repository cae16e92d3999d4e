import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { openEmbedded } from '../src/database/open-embedded.ts'
import { runSource } from '../test-kit/child-process.ts'

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

describe.skipIf(process.env['DATABASE_URL'] !== undefined)('a PostgreSQL that a test started', () => {
  test('ends with a process that was killed', async () => {
    const source = `
      import { startPostgres } from './start-postgres.ts'
      console.log((await startPostgres()).url)
      setInterval(() => {}, 1000)`
    const child = runSource(source, new URL('../test-kit/start-postgres.ts', import.meta.url).href)
    const url = (await child.line()) ?? ''
    expect(await answers(url)).toBe(true)
    child.process.kill('SIGKILL')
    await expect.poll(() => answers(url)).toBe(false)
  })
})

describe('an embedded database', () => {
  test('answers with an error, not with silence, once it is closed', async () => {
    const database = await openEmbedded()
    const one = { name: 'one', text: 'select 1 as one' }
    expect(await database.query(one)).toStrictEqual([{ one: 1 }])
    const pending = database.query(one)
    await database.close()
    expect(await pending).toStrictEqual([{ one: 1 }])
    await expect(database.query(one)).rejects.toMatchObject({ code: '08006' })
    await expect(database.transaction(async () => {})).rejects.toMatchObject({ code: '08006' })
  })

  test('vacuums and checkpoints when asked, and works on', async () => {
    const database = await openEmbedded({ schema: 'public' })
    await database.transaction(({ script }) =>
      script('create table a as select g as id from generate_series(1, 1000) g; delete from a where id > 1'),
    )
    await database.vacuum()
    await sleep(1)
    expect(
      await database.query({
        name: 'left',
        text: "select reltuples::int as rows from pg_class where relname = 'a'",
      }),
    ).toStrictEqual([{ rows: 1 }])
    await database.close()
  })
})
