import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { migrate } from '../src/database/migrate.ts'
import { readMigrations, type Migration } from '../src/database/read-migrations.ts'
import { runSource } from '../test-kit/child-process.ts'
import { forEachDatabase, forEachPostgres } from '../test-kit/index.ts'

const person: Migration = {
  number: 1,
  name: 'person',
  sql: 'create table person (id int primary key); create index person_id on person (id);',
}
const colour: Migration = {
  number: 2,
  name: 'colour',
  sql: "alter table person add column colour text; insert into person values (1, 'red');",
}
const ledger = { name: 'ledger', text: 'select number, name from migration order by number' }
const people = { name: 'people', text: 'select id, colour from person' }

forEachDatabase((name, open) => {
  describe(`migrating ${name}`, () => {
    test('applies what is missing, in order, once', async () => {
      const database = await open()
      expect(await migrate(database, [person])).toStrictEqual([1])
      expect(await migrate(database, [person, colour])).toStrictEqual([2])
      expect(await migrate(database, [person, colour])).toStrictEqual([])
      expect(await database.query(ledger)).toStrictEqual([
        { number: 1, name: 'person' },
        { number: 2, name: 'colour' },
      ])
      expect(await database.query(people)).toStrictEqual([{ id: 1, colour: 'red' }])
    })

    test('makes the schema where there is none', async () => {
      const database = await open({ schema: `made "by" migrate ${name}` })
      await database.transaction(({ script }) =>
        script(`drop schema if exists "made ""by"" migrate ${name}" cascade`),
      )
      expect(await migrate(database, [person])).toStrictEqual([1])
      await database.transaction(({ script }) => script(`drop schema "made ""by"" migrate ${name}" cascade`))
    })

    test('leaves nothing of a migration that fails, keeps those before, and names it', async () => {
      const database = await open()
      const broken: Migration = { number: 2, name: 'broken', sql: 'create table half (id int); selekt' }
      await expect(migrate(database, [person, broken])).rejects.toThrow(
        /^Migration 2 \(broken\) failed and was rolled back: syntax error/,
      )
      expect(await database.query(ledger)).toStrictEqual([{ number: 1, name: 'person' }])
      expect(
        await database.query({ name: 'half', text: "select to_regclass('half') is null as absent" }),
      ).toStrictEqual([{ absent: true }])
      expect(await migrate(database, [person, colour])).toStrictEqual([2])
    })

    test('refuses a migration that was edited after it was applied', async () => {
      const database = await open()
      await migrate(database, [person])
      await expect(migrate(database, [{ ...person, sql: `${person.sql} ` }, colour])).rejects.toThrow(
        'edited after it was merged',
      )
      expect(await database.query(ledger)).toHaveLength(1)
    })

    test('takes Windows line ends for the same migration', async () => {
      const database = await open()
      await migrate(database, [{ ...person, sql: 'create table a (id int);\ncreate table b (id int);\n' }])
      expect(
        await migrate(database, [
          { ...person, sql: 'create table a (id int);\r\ncreate table b (id int);\r\n' },
        ]),
      ).toStrictEqual([])
    })

    test('refuses a database that is newer than the code', async () => {
      const database = await open()
      await migrate(database, [person, colour])
      await expect(migrate(database, [person])).rejects.toThrow('the database is newer')
    })
  })
})

forEachPostgres((name, url, open) => {
  describe(`migrating ${name} from many processes`, () => {
    test('applies each migration once, though the first takes longer than the statement timeout', async () => {
      const database = await open()
      const source = `
        import { migrate } from './migrate.ts'
        import { openPostgres } from './open-postgres.ts'
        const database = await openPostgres({ url: ${JSON.stringify(url)}, schema: ${JSON.stringify(database.schema)}, connections: 1, statementTimeoutMs: 200 })
        process.stdin.once('data', async () => {
          const done = await migrate(database, [
            { number: 1, name: 'slow', sql: 'create table slow (id int); select pg_sleep(1)' },
            { number: 2, name: 'second', sql: 'create table second (id int)' },
            { number: 3, name: 'third', sql: 'insert into second values (1)' },
          ])
          console.log(JSON.stringify(done))
          await database.close()
          process.exit()
        })
        console.log('ready')`
      const children = Array.from({ length: 8 }, () =>
        runSource(source, new URL('../src/database/migrate.ts', import.meta.url).href),
      )
      expect(await Promise.all(children.map((child) => child.line()))).toStrictEqual(Array(8).fill('ready'))
      for (const child of children) child.process.stdin?.write('go\n')
      const done = await Promise.all(
        children.map(async (child) => JSON.parse((await child.line()) ?? 'null') as number[]),
      )
      expect(done.flat().toSorted((a, b) => a - b)).toStrictEqual([1, 2, 3])
      expect(await Promise.all(children.map((child) => child.ended()))).toStrictEqual(Array(8).fill(0))
      expect(await database.query({ name: 'second', text: 'select id from second' })).toStrictEqual([
        { id: 1 },
      ])
    })

    test('gives way to a statement that holds the table, and tries again', async () => {
      const database = await open()
      await migrate(database, [person])
      const { promise: held, resolve: hold } = Promise.withResolvers<void>()
      const reader = database.transaction(async ({ query }) => {
        await query({ name: 'ids', text: 'select id from person' })
        hold()
        await new Promise((resolve) => setTimeout(resolve, 3_000))
      })
      await held
      expect(await migrate(database, [person, colour])).toStrictEqual([2])
      await reader
    })
  })
})

describe('a folder of migrations', () => {
  test.each([
    [['0001-a.sql', '0002-b.sql', 'notes.md'], null],
    [[], null],
    [['0001-a.sql', '0003-c.sql'], '0003-c.sql has number 3, expected 2'],
    [['0001-a.sql', '0001-b.sql'], '0001-b.sql has number 1, expected 2'],
    [['0002-b.sql'], '0002-b.sql has number 2, expected 1'],
    [['1-a.sql'], 'not named like'],
    [['0001-A b.sql'], 'not named like'],
  ])('with %j is refused with: %s', async (files, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
    for (const file of files) await writeFile(join(folder, file), `select '${file}'`)
    const reading = readMigrations(pathToFileURL(folder))
    if (message === null) {
      const expected = files
        .filter((file) => file.endsWith('.sql'))
        .map((file, index) => ({ number: index + 1, name: file.slice(5, -4), sql: `select '${file}'` }))
      expect(await reading).toStrictEqual(expected)
    } else await expect(reading).rejects.toThrow(message)
    await rm(folder, { recursive: true })
  })
})
