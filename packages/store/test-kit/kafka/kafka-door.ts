import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startKafka, type KafkaServer } from './start-kafka.ts'

/** Starts the broker of a run when the first suite asks for it, since most runs need none. */
export type KafkaDoor = {
  readonly address: string
  /** Why there is none, if somebody asked. */
  readonly missing: () => string | undefined
  readonly close: () => Promise<void>
}

export async function openKafkaDoor(): Promise<KafkaDoor> {
  let kafka: Promise<KafkaServer> | undefined
  let missing: string | undefined
  const server = createServer((_, response) => {
    kafka ??= startKafka()
    kafka.then(
      ({ brokers }) => response.end(JSON.stringify(brokers)),
      (error: unknown) => {
        missing = error instanceof Error ? error.message : String(error)
        response.writeHead(503).end(missing)
      },
    )
  }).listen(0, '127.0.0.1')
  server.unref()
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    missing: () => missing,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await kafka?.then(
        (started) => started.stop(),
        () => undefined,
      )
    },
  }
}
