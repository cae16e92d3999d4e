import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase, type Database } from '@boardwalk/store'
import { startFaultProxy, steadyPort } from '@boardwalk/store/test-kit'
import { startReceiver } from '../../receiver.ts'
import { publishFlow, raisedLimits, startServer, type ServerProcess } from '../server-process.ts'
import { buildTurnstiles, type Point } from './crash-points.ts'
import { crashFlow, judge, startWorkload, until, answersIn, type Judged } from './judge.ts'
import { startWireTrap } from './wire-trap.ts'
import type { CrashServer } from './crash-server.ts'
import type { Workload } from './workload.ts'

export type CrashRun = {
  readonly url: string
  readonly schema: string
  readonly crashes: number
  readonly points: readonly Point[]
  /** Absent: the product's own command. */
  readonly server?: Omit<CrashServer, 'url' | 'schema' | 'port'>
  readonly kafka?: NonNullable<Workload['kafka']>
  /** Whether all that waits elsewhere has come in. */
  readonly isAllTaken?: (database: Database, file: string) => Promise<boolean>
  readonly tasks?: number
  /** How many are answered well after the last crash. */
  readonly answersAfter?: number
}

export type Ran = Judged & {
  /** Point → how often the process died there. */
  readonly hits: ReadonlyMap<string, number>
}

const hurried = fileURLToPath(new URL('./hurried.ts', import.meta.url))
const crashServer = fileURLToPath(new URL('./crash-server.ts', import.meta.url))
const command = fileURLToPath(new URL('../../../../cli/bin/boardwalk.js', import.meta.url))
const mostMsToPoint = 20_000
const stride = 11

const oldKeys = {
  name: 'age_keys',
  text: `
    insert into idempotency_key (person_id, key, fingerprint, status, body, created_at)
    select -1, 'old-' || n || '-' || $1, '', 200, '', now() - interval '31 days' from generate_series(1, 500) n`,
}

/** People live, the server dies again and again, and when all has come to rest it is judged. */
export const runCrashes = async (run: CrashRun): Promise<Ran> => {
  const {
    url,
    schema,
    crashes,
    points,
    server: spoilt,
    kafka,
    tasks = 12,
    answersAfter = 50,
    isAllTaken,
  } = run
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-crashes-'))
  const file = join(folder, 'history')
  const database: Database = await openDatabase({ url, schema, connections: 4 })
  const trap = await startWireTrap(Number(new URL(url).port || 5432))
  const behindTrap = new URL(url)
  behindTrap.port = String(trap.port)
  const receiver = await startReceiver()
  const port = await steadyPort()
  const door = await startFaultProxy({ port })
  const compiled = { ...raisedLimits, NODE_COMPILE_CACHE: join(folder, 'compiled') }
  const start = (): Promise<ServerProcess> => {
    const settings = { url: behindTrap.href, schema, port, ...spoilt }
    const words = ['--no-warnings', '--import', hurried]
    return spoilt === undefined
      ? startServer(
          {
            ...compiled,
            DATABASE_URL: behindTrap.href,
            BOARDWALK_SCHEMA: schema,
            BOARDWALK_WEBHOOK_ALLOW: '127.0.0.1',
          },
          [...words, command, 'serve', '--port', String(port)],
        )
      : startServer(compiled, [...words, crashServer, JSON.stringify(settings)])
  }
  let server = await start()
  await publishFlow(server.server, crashFlow)
  await server.server('POST', '/api/admin/webhooks', { url: receiver.url })
  await buildTurnstiles(database)
  const address = `http://127.0.0.1:${door.port}`
  const workload = startWorkload({ address, file, name: 'p', tasks, ...(kafka && { kafka }) })

  const answered = answersIn(file)
  const stage = { database, trap, receiver, door }
  const hits = new Map<string, number>()
  try {
    for (let crash = 0; crash < crashes; crash++) {
      await answered(tasks)
      // Some of all kinds also when there are fewer crashes than points.
      const point = points[(crash * stride) % points.length] as Point
      await database.query(oldKeys, [crash])
      const isReached = await Promise.race([point.reach(stage).then(() => true), sleep(mostMsToPoint, false)])
      await server.kill()
      await point.leave(stage)
      const name = isReached ? point.name : 'at a random moment'
      hits.set(name, (hits.get(name) ?? 0) + 1)
      server = await start()
    }
    await answered(answersAfter)
    await workload.finish()
    if (isAllTaken) await until(() => isAllTaken(database, file), 'all that waits is taken')
    return { ...(await judge([file], { database, receiver, server })), hits }
  } finally {
    workload.kill()
    await server.kill()
    await Promise.all([trap.stop(), door.stop(), receiver.stop(), database.close()])
    await rm(folder, { recursive: true })
  }
}
