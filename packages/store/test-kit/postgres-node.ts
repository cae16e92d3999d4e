import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { keepProcess, steadyPort, type KeptProcess } from './kept-process.ts'
import { findBinaries, serverUser, type Flavour, type User } from './postgres-binaries.ts'
import { serverOptions, untilReady } from './start-postgres.ts'

/** One server of PostgreSQL with data of its own, which outlive it. */
export type PostgresNode = {
  readonly port: number
  readonly url: string
  /** SIGKILL to all of its processes at once: what was not written to the kernel is lost. */
  readonly kill: () => Promise<void>
  /** After a kill: as after any crash. */
  readonly restart: () => Promise<void>
  /** Ends it and removes its data. */
  readonly remove: () => Promise<void>
}

type Ground = {
  readonly folder: string
  readonly guard: KeptProcess
  readonly binaries: string
  readonly user: User
}

const environment = { ...process.env, LC_ALL: 'C' }

const prepare = async (flavour: Flavour): Promise<Ground> => {
  const user = serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-postgres-'))
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  // Removes the data when this process ends, however that ends.
  const guard = keepProcess({
    command: ['sleep', 'infinity'],
    log: '/dev/null',
    rubbish: folder,
    signal: 'KILL',
    user,
  })
  return { folder, guard, binaries: await findBinaries(flavour, folder, user), user }
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`))
    .map(Number)
    .filter((child) => {
      try {
        return new RegExp(`\\) \\S ${pid} `).test(readFileSync(`/proc/${child}/stat`, 'utf8'))
      } catch {
        return false
      }
    })

const isThere = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Comes back when all of them are gone: one that still writes to the disk keeps a new server from starting. */
const killGroup = async (postmaster: number): Promise<void> => {
  // Stopped first, so that it neither starts others nor notices who is missing.
  process.kill(postmaster, 'SIGSTOP')
  const group = [...childrenOf(postmaster), postmaster]
  for (const pid of group) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself meanwhile.
    }
  }
  while (group.some(isThere)) await sleep(10)
}

const startOn = async (
  { folder, guard, binaries, user }: Ground,
  settings: Readonly<Record<string, string>>,
): Promise<PostgresNode> => {
  const data = join(folder, 'data')
  const port = await steadyPort()
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  const options = serverOptions({ port, ...settings })
  const start = async (): Promise<KeptProcess> => {
    const kept = keepProcess({
      command: [join(binaries, 'postgres'), '-D', data, ...options],
      log: join(folder, 'log'),
      // Nothing: the guard removes all of it.
      rubbish: join(folder, 'none'),
      signal: 'QUIT',
      user,
      environment,
    })
    await untilReady(url, kept)
    return kept
  }
  let kept = await start()
  return {
    port,
    url,
    kill: async () => {
      const killed = killGroup(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]))
      await Promise.all([killed, kept.stop()])
    },
    restart: async () => {
      kept = await start()
    },
    remove: async () => {
      await kept.stop()
      await guard.stop()
    },
  }
}

type NodeOptions = { readonly flavour?: Flavour; readonly settings?: Readonly<Record<string, string>> }

/** A new database that syncs what it commits. */
export const startPostgresNode = async ({
  flavour = 'default',
  settings = {},
}: NodeOptions = {}): Promise<PostgresNode> => {
  const ground = await prepare(flavour)
  const { folder, binaries, user } = ground
  const words = [
    '-D',
    join(folder, 'data'),
    '-U',
    'postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
  ]
  await promisify(execFile)(join(binaries, 'initdb'), words, { ...user, env: environment, cwd: folder })
  return startOn(ground, settings)
}

/** A standby of Debian's PostgreSQL that follows `primary` as `name`; `select pg_promote()` makes it a primary. */
export const startStandby = async (primary: PostgresNode, name: string): Promise<PostgresNode> => {
  const ground = await prepare('debian-15')
  const { folder, binaries, user } = ground
  const from = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`
  const words = ['-D', join(folder, 'data'), '-d', from, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']
  await promisify(execFile)(join(binaries, 'pg_basebackup'), words, {
    ...user,
    env: environment,
    cwd: folder,
  })
  return startOn(ground, {})
}
