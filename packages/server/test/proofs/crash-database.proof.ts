import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase, schemaDifferences } from '@boardwalk/store'
import { freshSchema, startPostgresNode } from '@boardwalk/store/test-kit'
import { startReceiver } from '../receiver.ts'
import { summaryOf } from './crash/check-history.ts'
import { crashFlow, judge, reportOf, startWorkload, answersIn, type Judged } from './crash/judge.ts'
import { startWireTrap, type Snare } from './crash/wire-trap.ts'
import { publishFlow, startServer } from './server-process.ts'

const crashes = Math.ceil(Number(process.env['PROOF_CRASHES'] ?? 12) / 6)

/** All processes of PostgreSQL die at once under load, and it starts again; Boardwalk goes on living. */
const killDatabase = async (settings: Record<string, string>): Promise<Judged> => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-database-'))
  const postgres = await startPostgresNode({ settings })
  const receiver = await startReceiver()
  const schema = 'crashed'
  const server = await startServer({
    DATABASE_URL: postgres.url,
    BOARDWALK_SCHEMA: schema,
    BOARDWALK_WEBHOOK_ALLOW: '127.0.0.1',
    BOARDWALK_LOG_LEVEL: 'silent',
  })
  await publishFlow(server.server, crashFlow)
  // So many failures prove that something is wrong, and the flow would be switched off, as it should.
  await server.server('PUT', '/api/admin/health/crash/settings', { automaticRollback: 'dry_run' })
  await server.server('POST', '/api/admin/webhooks', { url: receiver.url })
  const file = join(folder, 'history')
  // What was committed by now is on the disk in either case: a lost flow would be too easy to find.
  const first = await openDatabase({ url: postgres.url, schema, connections: 1 })
  await first.query({ name: 'checkpoint', text: 'checkpoint' })
  await first.close()
  const workload = startWorkload({ address: server.address, file, name: 'd', tasks: 8 })
  onTestFinished(async () => {
    workload.kill()
    await server.kill()
    await postgres.remove()
  })
  const answered = answersIn(file)
  for (let crash = 0; crash < crashes; crash++) {
    await answered(150)
    await postgres.kill()
    await postgres.restart()
  }
  await answered(50)
  await workload.finish()
  const database = await openDatabase({ url: postgres.url, schema, connections: 2 })
  const judged = await judge([file], { database, receiver, server })
  expect(server.process.exitCode).toBe(null)
  await server.stop()
  await database.close()
  await Promise.all([receiver.stop(), rm(folder, { recursive: true })])
  return judged
}

test(`${crashes} crashes of the whole database lose nothing that was acknowledged`, async () => {
  const judged = await killDatabase({})
  console.log(reportOf('crashes of PostgreSQL', { ...judged, hits: new Map([['PostgreSQL', crashes]]) }))
  expect(summaryOf(judged.violations)).toBe('nothing')
})

test('the same judge finds what a database that answers before it writes has lost', async () => {
  // As late as may be, so that there is always something not yet written.
  const judged = await killDatabase({ synchronous_commit: 'off', wal_writer_delay: '10s' })
  console.log(reportOf('synchronous_commit=off', { ...judged, hits: new Map([['PostgreSQL', crashes]]) }))
  expect(judged.violations.map(({ rule }) => rule)).toContain('every acknowledged step is done')
})

const command = fileURLToPath(new URL('../../../cli/bin/boardwalk.js', import.meta.url))

const snares: readonly Snare[] = [
  { statement: 'migrate_insert', when: 'before' },
  { statement: 'migrate_insert', when: 'done' },
  { statement: 'commit', when: 'before', after: 'migrate_insert' },
  { statement: 'commit', when: 'done', after: 'migrate_insert' },
  { statement: 'commit', when: 'sent', after: 'migrate_insert' },
  { statement: 'migrate_insert', when: 'sent' },
]

test.skipIf(inject('postgresUrl') === null)(
  `${snares.length} processes that die in migrations leave a schema that the next one completes`,
  async () => {
    const url = inject('postgresUrl') ?? ''
    const schema = freshSchema()
    const trap = await startWireTrap(Number(new URL(url).port || 5432))
    const behindTrap = new URL(url)
    behindTrap.port = String(trap.port)
    const settings = { DATABASE_URL: behindTrap.href, BOARDWALK_SCHEMA: schema }
    const migrating = (): ChildProcess =>
      spawn(process.execPath, [command, 'migrate'], {
        env: { PATH: process.env['PATH'], ...settings },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    for (const snare of snares) {
      const caught = trap.arm(snare)
      const child = migrating()
      const ended = once(child, 'exit')
      await caught
      child.kill('SIGKILL')
      await ended
    }
    const [code] = await once(migrating(), 'exit')
    expect(code).toBe(0)
    const database = await openDatabase({ url, schema, connections: 1 })
    expect(await schemaDifferences(database)).toEqual([])
    await database.close()
    await trap.stop()
  },
)
