import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export type Received = {
  readonly id: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: any
  /** By `performance.now()`. */
  readonly at: number
}

/** What the receiver does with a message; the default answers 204. */
export type Behave = (received: Received, response: ServerResponse) => void

export const answering =
  (status: number, headers: Record<string, string> = {}): Behave =>
  (_, response) =>
    response.writeHead(status, headers).end()

/** A host's receiver of webhooks on this machine. */
export const startReceiver = async () => {
  const received: Received[] = []
  const state: { behave: Behave } = { behave: answering(204) }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const one: Received = {
        id: String(request.headers['webhook-id']),
        url: request.url ?? '',
        headers: request.headers,
        text,
        body: text === '' ? undefined : JSON.parse(text),
        at: performance.now(),
      }
      received.push(one)
      state.behave(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    state,
    /** Those of a person, in the order of arrival. */
    of: (userId: string) => received.filter(({ body }) => body.data.userId === userId),
    types: () => received.map(({ body }) => String(body.type)),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** Throws unless the stock library takes the message at the time that it was signed. */
export const verify = (secret: string, { headers, text }: Received): unknown => {
  const now = Date.now
  // The library compares with the clock; deliveries of simulated days are signed at theirs.
  Date.now = () => Number(headers['webhook-timestamp']) * 1000
  try {
    return new Webhook(secret).verify(text, headers as Record<string, string>)
  } finally {
    Date.now = now
  }
}
