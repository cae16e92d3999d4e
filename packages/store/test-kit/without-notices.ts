import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type WithoutNotices = {
  /** Connect here instead: all works, but nobody ever hears of a `notify`. */
  readonly url: string
  /** How many notices were left out. */
  readonly leftOut: () => number
  readonly stop: () => void
}

/** The type byte of NotificationResponse in PostgreSQL's protocol. */
const notification = 'A'.charCodeAt(0)

/** Whole messages that have come, and the bytes of one that has not come to its end. */
const messagesIn = (bytes: Buffer): { messages: Buffer[]; rest: Buffer } => {
  const messages: Buffer[] = []
  let rest = bytes
  while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
    const length = 1 + rest.readUInt32BE(1)
    messages.push(rest.subarray(0, length))
    rest = rest.subarray(length)
  }
  return { messages, rest }
}

/** A proxy in front of a PostgreSQL without TLS, as between processes whose notices are lost on the way. */
export const startWithoutNotices = async (url: string): Promise<WithoutNotices> => {
  const { port, hostname: host } = new URL(url)
  const sockets = new Set<Socket>()
  let leftOut = 0
  const server = createServer((client) => {
    const upstream = connect({ port: Number(port), host })
    let waiting: Buffer = Buffer.alloc(0)
    client.pipe(upstream)
    upstream.on('data', (chunk: Buffer) => {
      const { messages, rest } = messagesIn(Buffer.concat([waiting, chunk]))
      waiting = rest
      const kept = messages.filter(([type]) => type !== notification)
      leftOut += messages.length - kept.length
      client.write(Buffer.concat(kept))
    })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = new URL(url)
  address.hostname = '127.0.0.1'
  address.port = String((server.address() as AddressInfo).port)
  return {
    url: address.href,
    leftOut: () => leftOut,
    stop: () => {
      server.close()
      sockets.forEach((socket) => socket.destroy())
    },
  }
}
