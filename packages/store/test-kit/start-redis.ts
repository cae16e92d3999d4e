import { mkdtemp } from 'node:fs/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { debianProgram } from './debian-program.ts'
import { freePort, keepProcess } from './kept-process.ts'

export type RedisServer = {
  readonly port: number
  readonly url: string
  readonly stop: () => Promise<void>
}

const startMs = 60_000

const answers = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return answer.toString().startsWith('+PONG')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/**
 * A real Redis, empty, of the suite's own: on a free port of the loopback, or on `port`, as one that comes back after it
 * was stopped. It keeps nothing on disk.
 */
export async function startRedis({ port: wanted }: { port?: number } = {}): Promise<RedisServer> {
  const program = debianProgram('redis-server')
  const port = wanted ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-redis-'))
  const words = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const kept = keepProcess({
    command: [program, ...words],
    log: join(folder, 'log'),
    rubbish: folder,
    signal: 'KILL',
  })
  const deadline = Date.now() + startMs
  while (!(await answers(port))) {
    if (kept.isRunning() && Date.now() < deadline) {
      await sleep(20)
      continue
    }
    await kept.stop()
    throw new Error(`Redis did not start on port ${port}`)
  }
  return { port, url: `redis://127.0.0.1:${port}`, stop: kept.stop }
}
