import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase, type Database } from '@boardwalk/store'
import { startPostgresNode, startStandby, type PostgresNode } from '@boardwalk/store/test-kit'
import { startReceiver } from '../receiver.ts'
import { summaryOf } from './crash/check-history.ts'
import { now, type Op } from './crash/history.ts'
import { crashFlow, judge, startWorkload, answersIn } from './crash/judge.ts'
import { startWireTrap } from './crash/wire-trap.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const failovers = Number(process.env['PROOF_FAILOVERS'] ?? 1)
const schema = 'failover'

const waitFor = {
  name: 'wait_for_standby',
  text: `select sync_state = 'sync' as sync from pg_stat_replication where application_name = $1`,
}

/** Nothing is acknowledged before this standby has it on disk. */
const synchronise = async (primary: PostgresNode, name: string): Promise<void> => {
  const database = await openDatabase({ url: primary.url, connections: 1 })
  const { query } = database
  await query({ name: `name_${name}`, text: `alter system set synchronous_standby_names = '${name}'` })
  await query({ name: 'reload', text: 'select pg_reload_conf()' })
  await expect.poll(() => query<{ sync: boolean }>(waitFor, [name])).toEqual([{ sync: true }])
  await database.close()
}

/** The standby takes what it is told for itself from now on, and waits for nobody. */
const promote = async (standby: PostgresNode): Promise<void> => {
  const database = await openDatabase({ url: standby.url, connections: 1 })
  await database.query({ name: 'promote', text: 'select pg_promote(true)' })
  await database.close()
}

const isWrite = ({ action }: Op): boolean => action.do !== 'read' && action.do !== 'gate'

/** Between the last write acknowledged before and the first invoked and acknowledged after. */
const gapMs = (ops: readonly Op[], at: number): number => {
  const writes = ops.filter((op) => op.end.kind === 'ok' && isWrite(op))
  const last = Math.max(...writes.filter(({ end }) => end.at < at).map(({ end }) => end.at))
  const next = Math.min(...writes.filter((op) => op.at > at).map(({ end }) => end.at))
  return Math.round((next - last) / 1000)
}

const renumbered = { name: 'renumbered', text: `select count(*)::int as n from happening where xid = '3'` }

test(`${failovers} failovers to a synchronous standby lose nothing that was acknowledged, and end no process`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-failover-'))
  let primary = await startPostgresNode({ flavour: 'debian-15' })
  const trap = await startWireTrap(primary.port)
  const receiver = await startReceiver()
  const url = new URL(primary.url)
  url.port = String(trap.port)
  const settings = {
    DATABASE_URL: url.href,
    BOARDWALK_SCHEMA: schema,
    BOARDWALK_WEBHOOK_ALLOW: '127.0.0.1',
    BOARDWALK_LOG_LEVEL: 'silent',
  }
  const servers: ServerProcess[] = [await startServer(settings), await startServer(settings)]
  await publishFlow(servers[0]!.server, crashFlow)
  // So many failures prove that something is wrong, and the flow would be switched off, as it should.
  await servers[0]!.server('PUT', '/api/admin/health/crash/settings', { automaticRollback: 'dry_run' })
  await servers[0]!.server('POST', '/api/admin/webhooks', { url: receiver.url })
  const files = servers.map((_, index) => join(folder, `history-${index}`))
  const workloads = servers.map(({ address }, index) =>
    startWorkload({ address, file: files[index] ?? '', name: `s${index}`, tasks: 6 }),
  )
  const answered = files.map(answersIn)
  const killed: number[] = []
  onTestFinished(async () => {
    for (const workload of workloads) workload.kill()
    await Promise.all(servers.map((server) => server.kill()))
  })
  for (let round = 0; round < failovers; round++) {
    const name = `standby_${round}`
    const standby = await startStandby(primary, name)
    await synchronise(primary, name)
    await Promise.all(answered.map((enough) => enough(100)))
    killed.push(now())
    await primary.kill()
    await promote(standby)
    trap.moveTo(standby.port)
    await primary.remove()
    primary = standby
    await Promise.all(answered.map((enough) => enough(100)))
  }
  expect(servers.map((server) => server.process.exitCode)).toEqual([null, null])
  // Whether what it finds was numbered by another database is asked by each process when it starts.
  const late = await startServer(settings)
  await Promise.all(workloads.map((workload) => workload.finish()))
  const database: Database = await openDatabase({ url: primary.url, schema, connections: 2 })
  const { violations, ops, happened, received } = await judge(files, { database, receiver, server: late })
  const acknowledged = ops.filter((op) => op.end.kind === 'ok' && isWrite(op)).length
  console.log(
    `failover: n=${failovers}, ${acknowledged} writes acknowledged, ${happened} happenings, ${received} messages received, no write for ${killed.map((at) => gapMs(ops, at)).join(', ')} ms: ${summaryOf(violations)}`,
  )
  expect(summaryOf(violations)).toBe('nothing')
  expect(await database.query(renumbered)).toEqual([{ n: 0 }])
  expect(acknowledged).toBeGreaterThan(0)
  expect(await Promise.all([...servers, late].map((server) => server.stop()))).toEqual([0, 0, 0])
  await database.close()
  await Promise.all([trap.stop(), receiver.stop(), primary.remove(), rm(folder, { recursive: true })])
})
