import { getRequestListener } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:http'
import { pino, type Logger } from 'pino'
import { createBoardwalk, type Boardwalk } from './boardwalk.ts'
import { ConfigurationError, databaseOf, type Configuration } from './configuration.ts'

export type Serving = {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  readonly address: string
  readonly boardwalk: Boardwalk
  /** Takes no new connections, answers what is under way, then closes the database. */
  readonly stop: () => Promise<void>
}

// Keep-alive connections that idle are closed at once; what is under way gets this long.
const drainMs = 10_000

const portTaken = (port: number): Error =>
  new ConfigurationError(
    `Port ${port} is taken by another program. Set PORT to another one, or stop that program.`,
  )

const listening = (boardwalk: Boardwalk, port: number, host: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    // Lets the listener put its own light Request and Response in the place of Node's, which read every body as a stream.
    const listener = getRequestListener(boardwalk.fetch, { overrideGlobalObjects: true })
    const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port) : error),
    )
    server.listen(port, host, () => resolve(server))
  })

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs).unref()
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })

const urlOf = (server: Server, host: string): string => {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Boardwalk as a process of its own, by configuration. */
export const serve = async (configuration: Configuration, logger?: Logger): Promise<Serving> => {
  const { port, host } = configuration
  const log = logger ?? pino({ level: configuration.logLevel, base: null })
  const boardwalk = createBoardwalk({
    database: databaseOf(configuration),
    tokens: {
      secret: configuration.jwtSecret,
      jwksUrl: configuration.jwksUrl,
      issuer: configuration.jwtIssuer,
      audience: configuration.jwtAudience,
    },
    ...(configuration.apiKey !== undefined && { apiKey: configuration.apiKey }),
    log,
  })
  if (configuration.jwtSecret === undefined && configuration.jwksUrl === undefined) {
    log.warn('People cannot be identified: set BOARDWALK_JWT_SECRET or BOARDWALK_JWKS_URL')
  }
  await boardwalk.start()
  const server = await listening(boardwalk, port, host).catch(async (error: unknown) => {
    await boardwalk.stop()
    throw error
  })
  return {
    address: urlOf(server, host),
    boardwalk,
    stop: async () => {
      boardwalk.drain()
      await closed(server)
      await boardwalk.stop()
    },
  }
}
