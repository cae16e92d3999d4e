import { getRequestListener } from '@hono/node-server'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '../configuration.ts'

export type Listening = {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  readonly address: string
  /**
   * From now on each answer ends its connection. After the grace it takes no new connections and answers what is under way;
   * 30 s later it is cut off.
   */
  readonly stop: () => Promise<void>
}

export type ListenOptions = {
  readonly port: number
  readonly host: string
  /** How long a proxy may go on sending requests after `stop`, as it has not noticed yet; default 0. */
  readonly graceMs?: number
}

// Longer than the database lets any statement take, also on a machine that is starved: whoever is cut off does not know
// whether it was done.
const drainMs = 30_000
const lookMs = 50
// Who connected may need a moment to send the first byte.
const silentMs = 1_000
// Longer than the 60 s for which nginx and other proxies keep a quiet connection by default: who closes it while the other
// one sends a request loses that request, and a proxy must not repeat a PATCH.
const keepAliveMs = 75_000
// The loop is quiet when a turn of it takes less than this.
const quietTurnMs = 0.2
const quietTurns = 3
const mostTurns = 1_000

const mends: Readonly<Record<string, (port: number, host: string) => string>> = {
  EADDRINUSE: (port) =>
    `Port ${port} is taken by another program. Set PORT to another one, or stop that program.`,
  EADDRNOTAVAIL: (_, host) =>
    `${host} is no address of this machine. Set HOST to one of them, or to 0.0.0.0 for all.`,
  ENOTFOUND: (_, host) => `${host} has no address. Set HOST to an address of this machine.`,
  EACCES: (port) => `This user may not listen on port ${port}. Set PORT to one from 1024 on.`,
}

const notListening = (error: NodeJS.ErrnoException, port: number, host: string): Error => {
  const mend = mends[error.code ?? '']
  return mend === undefined ? error : new ConfigurationError(mend(port, host))
}

/** Open connections, and when each was taken. */
type Sockets = ReadonlyMap<Socket, number>

/** Closes what waits for a next request, and what browsers opened for a first one that never came. */
const closeQuiet = (server: Server, sockets: Sockets): void => {
  server.closeIdleConnections()
  const longAgo = performance.now() - silentMs
  for (const [socket, since] of sockets) if (socket.bytesRead === 0 && since < longAgo) socket.destroy()
}

/**
 * Resolves in a turn of the loop that has just accepted whoever was waiting, and had little else to do. The system resets
 * those that connected and were not accepted when the listener closes, so the time between should be as short as can be.
 */
const quietMoment = async (): Promise<void> => {
  let last = performance.now()
  for (let turn = 0, quiet = 0; turn < mostTurns && quiet < quietTurns; turn++) {
    await new Promise(setImmediate)
    const now = performance.now()
    quiet = now - last < quietTurnMs ? quiet + 1 : 0
    last = now
  }
}

const closed = (server: Server, sockets: Sockets): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs).unref()
    // Again and again, because those that are answering now are quiet afterwards.
    const looking = setInterval(() => closeQuiet(server, sockets), lookMs)
    server.close(() => {
      clearTimeout(timer)
      clearInterval(looking)
      resolve()
    })
    closeQuiet(server, sockets)
  })

/** Answers that are not sent yet, so that each can be the last of its connection. */
const lastOnes = () => {
  const open = new Set<ServerResponse>()
  let stopping = false
  return {
    add: (outgoing: ServerResponse): void => {
      if (stopping) outgoing.shouldKeepAlive = false
      open.add(outgoing)
      outgoing.once('close', () => open.delete(outgoing))
    },
    stop: (): void => {
      stopping = true
      for (const outgoing of open) outgoing.shouldKeepAlive = false
    },
  }
}

const urlOf = (server: Server, host: string): string => {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Serves a web-standard handler by Node's own HTTP server. A port or host that cannot be had is a `ConfigurationError`. */
export const listen = (
  fetch: (request: Request) => Response | Promise<Response>,
  { port, host, graceMs = 0 }: ListenOptions,
): Promise<Listening> =>
  new Promise((resolve, reject) => {
    // Lets the listener put its own light Request and Response in the place of Node's, which read every body as a stream.
    const listener = getRequestListener(fetch, { overrideGlobalObjects: true })
    const answers = lastOnes()
    const server = createServer({ keepAliveTimeout: keepAliveMs }, (incoming, outgoing) => {
      answers.add(outgoing)
      void listener(incoming, outgoing)
    })
    const stop = async (): Promise<void> => {
      answers.stop()
      await sleep(graceMs)
      await quietMoment()
      await closed(server, sockets)
    }
    const sockets = new Map<Socket, number>()
    server.on('connection', (socket) => {
      sockets.set(socket, performance.now())
      socket.once('close', () => sockets.delete(socket))
    })
    server.once('error', (error: NodeJS.ErrnoException) => reject(notListening(error, port, host)))
    server.listen(port, host, () => resolve({ address: urlOf(server, host), stop }))
  })
