import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { User } from './postgres-binaries.ts'

export type KeptProcess = {
  readonly isRunning: () => boolean
  /** Resolves when it is gone. */
  readonly stop: () => Promise<void>
}

// A shell holds the server, and we hold the shell's input: when this process ends in any way, SIGKILL too, the input closes,
// the server is stopped at once and what it leaves is removed. Arguments: log, what to remove, signal, server, its words.
const keeper = `
log=$1; rubbish=$2; signal=$3; shift 3
exec 3<&0
"$@" >"$log" 2>&1 </dev/null 3<&- &
server=$!
( read -r _ <&3; kill "-$signal" $server ) &
guard=$!
wait $server
kill $guard 2>/dev/null
rm -rf "$rubbish"
`

export type KeptOptions = {
  readonly command: readonly string[]
  /** File that takes its output. */
  readonly log: string
  /** Folder or file that is removed when it has ended. */
  readonly rubbish: string
  readonly signal: 'QUIT' | 'KILL'
  readonly user?: User
  readonly environment?: NodeJS.ProcessEnv
}

/** Runs a server that ends with this process, however that ends. */
export function keepProcess(options: KeptOptions): KeptProcess {
  const { command, log, rubbish, signal, user = {}, environment = process.env } = options
  const child = spawn('sh', ['-c', keeper, 'sh', log, rubbish, signal, ...command], {
    ...user,
    env: environment,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(child, 'exit')
  child.unref()
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    isRunning,
    stop: async () => {
      child.ref()
      child.stdin?.end()
      if (isRunning()) await ended
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}

/** One that stays free while its server is away: no outgoing connection is ever given a port as low as that. */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
