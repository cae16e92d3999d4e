import { getRequestListener } from '@hono/node-server'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server } from 'node:http'
import { ConfigurationError } from '../configuration.ts'

export type Listening = {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  readonly address: string
  /** Takes no new connections and answers what is under way; after 10 s it is cut off. */
  readonly stop: () => Promise<void>
}

const drainMs = 10_000
const lookMs = 50

const portTaken = (port: number): Error =>
  new ConfigurationError(
    `Port ${port} is taken by another program. Set PORT to another one, or stop that program.`,
  )

/** Closes what waits for a next request, and what browsers opened for a first one that never came. */
const closeQuiet = (server: Server, sockets: ReadonlySet<Socket>): void => {
  server.closeIdleConnections()
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
}

const closed = (server: Server, sockets: ReadonlySet<Socket>): Promise<void> =>
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

const urlOf = (server: Server, host: string): string => {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Serves a web-standard handler by Node's own HTTP server. A port that is taken is a `ConfigurationError`. */
export const listen = (
  fetch: (request: Request) => Response | Promise<Response>,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<Listening> =>
  new Promise((resolve, reject) => {
    // Lets the listener put its own light Request and Response in the place of Node's, which read every body as a stream.
    const listener = getRequestListener(fetch, { overrideGlobalObjects: true })
    const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
    const sockets = new Set<Socket>()
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port) : error),
    )
    server.listen(port, host, () =>
      resolve({ address: urlOf(server, host), stop: () => closed(server, sockets) }),
    )
  })
