import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, openDatabase, ownMigrations, type Database } from '@boardwalk/store'
import { readConfiguration } from '@boardwalk/server'
import {
  forEachPostgres,
  forKafka,
  freshSchema,
  olderTransactionsEnd,
  startPostgres,
  startRedis,
} from '@boardwalk/store/test-kit'
import { examine } from '../src/doctor/examine.ts'
import { printed, type Finding } from '../src/doctor/finding.ts'
import { runCommand } from './command-line.ts'

type Report = { readonly findings: readonly Finding[]; readonly out: string }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardwalk-doctor-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const secrets = {
  BOARDWALK_JWT_SECRET: 'a secret of this test, longer than 32 bytes',
  BOARDWALK_API_KEY: 'an-api-key-of-this-test-longer-than-32-bytes',
}

const run = (words: string[], settings: Record<string, string>) =>
  runCommand(folder, words, { PORT: '0', ...settings })

const doctor = async (settings: Record<string, string>): Promise<Report> => {
  const findings = await examine(readConfiguration({}, { PORT: '0', ...secrets, ...settings }))
  return { findings, out: findings.map(printed).join('\n') }
}

const of = ({ findings }: Report, check: string): Finding[] => findings.filter((one) => one.check === check)
const unwell = ({ findings }: Report): string[] =>
  findings.filter(({ level }) => level !== 'ok').map(({ level, check }) => `${level} ${check}`)

test('all is well with a new embedded database, and looking does not make its folder', async () => {
  const before = await doctor({ BOARDWALK_DATA: join(folder, 'new') })
  expect(unwell(before)).toEqual([])
  expect(of(before, 'folder')[0]?.found).toContain('is not there yet')
  const made = await openDatabase({ directory: join(folder, 'new') })
  await migrate(made, await ownMigrations())
  await made.close()
  const after = await doctor({ BOARDWALK_DATA: join(folder, 'new') })
  expect(unwell(after)).toEqual([])
  for (const check of ['disk', 'database', 'clock', 'notices', 'migrations', 'schema'])
    expect(of(after, check), check).toHaveLength(1)
})

test('machines read it as JSON, and something bad ends it with 1', async () => {
  const settings = { ...secrets, DATABASE_URL: 'postgres://me@127.0.0.1:1/none' }
  const { code, out, err } = await run(['doctor', '--json'], settings)
  expect(JSON.parse(out)).toMatchObject({ ok: false, bad: 1, warnings: 0, findings: expect.any(Array) })
  expect([code, err]).toEqual([1, '1 thing(s) to mend.\n'])
})

test('secrets that can be guessed are bad, and are not printed', async () => {
  const weak = `changeme-${'0123456789'.repeat(3)}`
  const found = await doctor({ BOARDWALK_JWT_SECRET: weak, BOARDWALK_API_KEY: 'ab'.repeat(20) })
  expect(of(found, 'secrets').map(({ level }) => level)).toEqual(['bad', 'bad'])
  expect(found.out).not.toContain(weak)
  const same = 'one secret for two things, 42 bytes long!'.replaceAll(' ', '-')
  const twice = await doctor({ BOARDWALK_JWT_SECRET: same, BOARDWALK_API_KEY: same })
  expect(unwell(twice)).toEqual(['bad secrets'])
})

test('a port that another program has is bad', async () => {
  const other = createServer((_, answer) => answer.end('I am no Boardwalk')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  expect(unwell(await doctor({ PORT: String(port) }))).toEqual(['bad port'])
  other.close()
})

test('a server that is away is told with what to do', async () => {
  const found = await doctor({ DATABASE_URL: 'postgres://me:tell-nobody@127.0.0.1:1/none' })
  expect(unwell(found)).toEqual(['bad database'])
  expect(of(found, 'database')[0]).toMatchObject({ todo: expect.stringContaining('start PostgreSQL') })
  expect(found.out).not.toContain('tell-nobody')
})

test('a wrong password is told, and not printed', async () => {
  const server = await startPostgres({ password: 'the right one' })
  try {
    const wrong = new URL(server.url)
    wrong.password = 'wr0ng%pass'
    const found = await doctor({ DATABASE_URL: wrong.href })
    expect(unwell(found)).toEqual(['bad database'])
    expect(of(found, 'database')[0]).toMatchObject({
      found: expect.stringContaining('password authentication failed'),
      todo: expect.stringContaining('correct user and password'),
    })
    expect(found.out).not.toMatch(/wr0ng|pass"/)
    expect(unwell(await doctor({ DATABASE_URL: server.url }))).toEqual([
      'warning superuser',
      'bad migrations',
    ])
  } finally {
    await server.stop()
  }
})

test('a folder that cannot be used is told as such, without a stack where it keeps one from starting', async () => {
  const data = join(folder, 'a-file')
  await writeFile(data, '')
  const found = await doctor({ BOARDWALK_DATA: data })
  expect(unwell(found)).toEqual(['bad database'])
  expect(of(found, 'database')[0]?.todo).toContain('BOARDWALK_DATA')
  expect(
    await run(['serve'], { ...secrets, BOARDWALK_DATA: data, BOARDWALK_LOG_LEVEL: 'silent' }),
  ).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^The data directory \S+ is a file, or lies below one\..*\n$/),
  })
})

test('a Redis that answers is well, one that was stopped is bad', async () => {
  const redis = await startRedis()
  const settings = { REDIS_URL: redis.url.replace('redis://', 'redis://:unused-pass@') }
  const refused = await doctor(settings)
  expect(refused.out).not.toContain('unused-pass')
  const there = await doctor({ REDIS_URL: redis.url })
  expect(unwell(there)).toEqual([])
  expect(of(there, 'redis')[0]?.found).toMatch(/^Redis \d+\.\d+\.\d+ answers$/)
  await redis.stop()
  const away = await doctor(settings)
  expect(unwell(away)).toEqual(['bad redis'])
  expect(of(away, 'redis')[0]?.found).toContain('ECONNREFUSED')
  expect(away.out).not.toContain('unused-pass')
})

forEachPostgres((_, url) => {
  const schema = freshSchema()
  const role = `doctor_${randomUUID().slice(0, 8)}`
  const named = new URL(url)
  named.username = role
  const settings = { DATABASE_URL: named.href, BOARDWALK_SCHEMA: schema }
  let administrator: Database
  const script = (sql: string): Promise<void> => administrator.transaction((session) => session.script(sql))

  beforeAll(async () => {
    administrator = await openDatabase({ url, schema })
    await script(`create role ${role} login; create schema ${schema} authorization ${role};
      grant create on database postgres to ${role}`)
    const own = await openDatabase({ url: named.href, schema })
    await migrate(own, await ownMigrations())
    await own.close()
  })
  afterAll(async () => {
    await script(`drop owned by ${role} cascade; drop role ${role}`)
    await administrator.close()
  })

  /** What is unwell while this is so. */
  const while_ = async (change: string, undo: string, more: Record<string, string> = {}): Promise<Report> => {
    await script(change)
    try {
      return await doctor({ ...settings, ...more })
    } finally {
      await script(undo)
    }
  }

  test('all is well with a role that owns its schema and nothing else', async () => {
    const found = await doctor(settings)
    expect(unwell(found)).toEqual([])
    expect(found.out).toMatch(/ok {3}PostgreSQL \d+\.\d+/)
    expect(found.out).not.toMatch(/BAD|WARN/)
  })

  test.each([
    ['default_transaction_read_only = on', ['bad read_only', 'bad notices']],
    ["default_transaction_isolation = 'serializable'", ['bad isolation']],
    ['synchronous_commit = off', ['bad durability']],
  ])('a role with %s is told', async (setting, expected) => {
    const [name] = setting.split(' ')
    const found = await while_(`alter role ${role} set ${setting}`, `alter role ${role} reset ${name}`)
    const told = unwell(found)
    expect(told).toContain(expected[0])
    expect(expected).toEqual(expect.arrayContaining(told))
  })

  test('a schema that is newer is told as such, without a stack where it keeps one from starting', async () => {
    const insert = `insert into ${schema}.migration (number, name, sha256) values (9999, 'future', '')`
    await script(insert)
    try {
      const found = await doctor(settings)
      expect(unwell(found)).toEqual(['bad migrations'])
      expect(of(found, 'migrations')[0]).toMatchObject({
        found: expect.stringContaining('the database is newer'),
        todo: expect.stringMatching(/start the version .*, or restore a backup/),
      })
      for (const command of ['migrate', 'serve'])
        expect(await run([command], { ...secrets, ...settings })).toMatchObject({
          code: 1,
          err: expect.stringMatching(/^The schema \S+ has migration 9999 .* or restore a backup\.\n$/),
        })
    } finally {
      await script(`delete from ${schema}.migration where number = 9999`)
    }
  })

  test('too few connections for one process are bad', async () => {
    const limit = (count: number) => `alter role ${role} connection limit ${count}`
    const found = await while_(limit(5), limit(-1), { BOARDWALK_DATABASE_CONNECTIONS: '8' })
    expect(unwell(found)).toEqual(['bad connections'])
  })

  test('a transaction that stays open, and keeps everybody from being told, is named', async () => {
    const other = await openDatabase({ url, schema, applicationName: 'forgotten' })
    const own = await openDatabase({ url: named.href, schema })
    const happens = {
      name: 'happens',
      text: "insert into happening (type, data, at) values ('a', '{}', now() - interval '10 minutes')",
    }
    const assign = { name: 'assign', text: 'select pg_current_xact_id(), pg_backend_pid() as pid' }
    await other.transaction(async ({ query }) => {
      const [row] = await query<{ pid: number }>(assign)
      await own.query(happens)
      const found = await doctor(settings)
      expect(unwell(found)).toEqual(['warning readers'])
      expect(of(found, 'readers')[0]?.found).toMatch(
        new RegExp(`open for 60\\d s .*process ${row?.pid} of role postgres, in the database postgres`),
      )
    })
    // Who may see when transactions began is not misled by what was told late of long ago.
    await script(`grant pg_read_all_stats to ${role}`)
    await other.transaction(async ({ query }) => {
      await query(assign)
      await own.query(happens)
      expect(unwell(await doctor(settings))).toEqual([])
    })
    await script(`revoke pg_read_all_stats from ${role}`)
    await olderTransactionsEnd(own.query)
    expect(unwell(await doctor(settings))).toEqual([])
    await Promise.all([other.close(), own.close()])
  })

  test('a role that may only read is told which tables it cannot write', async () => {
    const found = await while_(
      `revoke insert, update, delete on all tables in schema ${schema} from ${role}; revoke create on schema ${schema} from ${role}`,
      `grant insert, update, delete on all tables in schema ${schema} to ${role}; grant create on schema ${schema} to ${role}`,
    )
    expect(unwell(found)).toEqual(['bad create', 'bad tables'])
    expect(of(found, 'tables')[0]?.found).toContain('enrolment')
  })

  test('a role that may not read one table is told which', async () => {
    const found = await while_(
      `revoke all on ${schema}.happening from ${role}`,
      `grant all on ${schema}.happening to ${role}`,
    )
    expect(unwell(found)).toEqual(['bad tables'])
    expect(of(found, 'tables')[0]?.found).toContain('happening')
  })

  test('what was changed by hand is told, and an index that is not valid', async () => {
    const drift = await while_(
      `alter table ${schema}.person add column by_hand text`,
      `alter table ${schema}.person drop column by_hand`,
    )
    expect(unwell(drift)).toEqual(['bad schema'])
    expect(of(drift, 'schema')[0]?.found).toContain('not ours: person.by_hand text')
    const valid = (is: boolean): string =>
      `update pg_index set indisvalid = ${is} where indexrelid = '${schema}.person_account'::regclass`
    const broken = await while_(valid(false), valid(true))
    expect(unwell(broken)).toEqual(['bad indexes'])
    expect(of(broken, 'indexes')[0]?.todo).toContain('reindex index concurrently')
  })
})

await forKafka((brokers) => {
  test('a topic that is not there is bad, one that may be read is well', async () => {
    const sources = [{ topic: `none-${randomUUID()}`, format: 'cloudevents' }]
    const found = await doctor({
      BOARDWALK_DATA: join(folder, 'kafka'),
      KAFKA_BROKERS: brokers.join(','),
      BOARDWALK_KAFKA_SOURCES: JSON.stringify(sources),
    })
    expect(unwell(found)).toEqual(['bad kafka_topics'])
  })
})

describe('without Kafka', () => {
  test('brokers that are away are bad', async () => {
    const found = await doctor({
      BOARDWALK_DATA: join(folder, 'kafka'),
      KAFKA_BROKERS: '127.0.0.1:1',
      BOARDWALK_KAFKA_TOPIC: 'told',
    })
    expect(unwell(found)).toEqual(['bad kafka'])
  })
})
