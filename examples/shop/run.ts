import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'

/** `--port 4100 --data folder`, as the command line gave them. */
export const readArguments = (): { port: number; data: string } => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4100' },
      data: { type: 'string', default: '.boardwalk/data' },
    },
  })
  return { port: Number(values.port), data: values.data }
}

/** Takes no new connections; resolves when all requests are answered. */
export const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()))

/** Says where the server listens, and stops it on SIGTERM or Ctrl-C. */
export const runUntilStopped = (server: Server, stop: () => Promise<unknown>): void => {
  process.stdout.write(`The shop listens on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
  const end = (): void => void stop()
  process.once('SIGTERM', end).once('SIGINT', end)
}
