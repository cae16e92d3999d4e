// Between a process and its PostgreSQL, understanding just so much of the protocol that a statement can be caught by its
// name: no seam in the product is needed to stop it at a known place.
import { createServer, Socket, type AddressInfo } from 'node:net'
import { once } from 'node:events'

/** `before`: the statement never arrives. `sent`: it arrives, its answer does not. `done`: it was carried out, and nobody is told. */
export type Snare = {
  readonly statement: string
  readonly when: 'before' | 'sent' | 'done'
  /** Only in a transaction in which this one was sent before. */
  readonly after?: string
}

export type WireTrap = {
  readonly port: number
  /** Fulfilled when the statement is caught; the connection that sent it stands still from then on. */
  readonly arm: (snare: Snare) => Promise<void>
  readonly disarm: () => void
  /** Where connections go from now on; those there are end. */
  readonly moveTo: (port: number) => void
  readonly stop: () => Promise<void>
}

type Armed = { readonly snare: Snare; readonly caught: () => void }

const [parseByte, bindByte, syncByte, readyByte] = [...Buffer.from('PBSZ')]

/** Complete messages of a stream of them; `untyped`: the first has no type byte. */
const messages = (untyped: boolean) => {
  let rest: Buffer = Buffer.alloc(0)
  let bare = untyped
  return (bytes: Buffer): Buffer[] => {
    rest = Buffer.concat([rest, bytes])
    const complete: Buffer[] = []
    for (;;) {
      const head = bare ? 0 : 1
      if (rest.length < head + 4) return complete
      const length = head + rest.readUInt32BE(head)
      if (rest.length < length) return complete
      complete.push(rest.subarray(0, length))
      rest = rest.subarray(length)
      bare = false
    }
  }
}

const textAt = (message: Buffer, from: number): string =>
  message.toString('utf8', from, message.indexOf(0, from))

/** The statement that a message is about: Parse begins with its name, Bind names a portal before it. */
const statementOf = (message: Buffer): string | undefined => {
  if (message[0] === parseByte) return textAt(message, 5)
  if (message[0] === bindByte) return textAt(message, message.indexOf(0, 5) + 1)
  return undefined
}

const carry = (client: Socket, port: number, armed: () => Armed | undefined, spring: () => void): Socket => {
  const upstream = new Socket()
  upstream.connect(port, '127.0.0.1')
  const [asked, answered] = [messages(true), messages(false)]
  let earlier = new Set<string>()
  let current = ''
  let held: 'nothing' | 'requests' | 'answers' | 'all' = 'nothing'

  const isSnared = (snare: Snare): boolean =>
    snare.statement === current && (snare.after === undefined || earlier.has(snare.after))

  const ask = (message: Buffer): void => {
    if (held === 'requests' || held === 'all') return
    const statement = statementOf(message)
    if (statement !== undefined) {
      if (statement === 'begin') earlier = new Set()
      if (statement !== current) earlier.add(current)
      current = statement
    }
    const { snare } = armed() ?? {}
    const snared = snare !== undefined && isSnared(snare)
    if (snared && snare.when === 'before' && statement !== undefined) {
      held = 'all'
      return spring()
    }
    upstream.write(message)
    if (!snared || snare.when === 'before' || message[0] !== syncByte) return
    held = snare.when === 'sent' ? 'all' : 'answers'
    if (snare.when === 'sent') spring()
  }
  client.on('data', (bytes) => asked(bytes).forEach(ask))
  upstream.on('data', (bytes) => {
    if (held === 'nothing') return void client.write(bytes)
    // Nothing was under way before, so that a message begins here.
    if (held === 'answers' && answered(bytes).some((message) => message[0] === readyByte)) {
      held = 'all'
      spring()
    }
  })
  client.on('error', () => {})
  upstream.on('error', () => {})
  client.once('close', () => upstream.destroy())
  upstream.once('close', () => client.destroy())
  return upstream
}

/** A TCP proxy on a free port of the loopback, in front of the PostgreSQL on `target`. */
export const startWireTrap = async (target: number): Promise<WireTrap> => {
  let port = target
  let armed: Armed | undefined
  const open = new Set<Socket>()
  const spring = (): void => {
    armed?.caught()
    armed = undefined
  }
  const server = createServer((client) => {
    open.add(client)
    client.once('close', () => open.delete(client))
    carry(client, port, () => armed, spring)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => open.forEach((client) => client.destroy())
  return {
    port: (server.address() as AddressInfo).port,
    arm: (snare) => new Promise((caught) => (armed = { snare, caught })),
    disarm: () => (armed = undefined),
    moveTo: (next) => {
      port = next
      cut()
    },
    stop: async () => {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
