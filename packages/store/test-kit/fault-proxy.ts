import { once } from 'node:events'
import { createServer, Socket, type AddressInfo } from 'node:net'

/** What goes wrong between clients and their server. `answers` are the bytes that come from the server. */
export type Fault =
  /** Nothing. */
  | { readonly kind: 'none' }
  /** Nobody listens: new connections are refused, those there were are closed. */
  | { readonly kind: 'refuse' }
  /** Connections are accepted and reset. */
  | { readonly kind: 'reset' }
  /** Connections are accepted, and then nothing comes or goes; not even their end. */
  | { readonly kind: 'blackhole' }
  /** Each piece of an answer is held for so long; default 5000. */
  | { readonly kind: 'slow'; readonly delayMs?: number }
  /** So many bytes of answers pass on each connection, counted from now on; then silence. */
  | { readonly kind: 'half'; readonly bytes: number }
  /** The same, then the connection is closed. With 0 it is closed when the answer comes: the server did what was asked. */
  | { readonly kind: 'cut'; readonly bytes: number }

export type FaultProxy = {
  /** Connect here instead of to the server. Stays the same through all faults. */
  readonly port: number
  /** Holds for all connections, open and new, once it is fulfilled. Connections that lost bytes before are reset. */
  readonly set: (fault: Fault) => Promise<void>
  /** How many are open on the clients' side. */
  readonly connections: () => number
  readonly stop: () => Promise<void>
}

type Connection = { readonly meet: (fault: Fault) => void }
type Address = { readonly port: number; readonly host: string }

/** A connection's answers are its bytes, and how it ended. */
type Piece = Buffer | 'end' | 'reset'

const defaultDelayMs = 5000
const neverArrives = new Set<Fault['kind']>(['refuse', 'reset', 'blackhole'])
const bytesOf = (fault: Fault): number => ('bytes' in fault ? fault.bytes : Infinity)

/** A TCP proxy on a free port of the loopback, in front of the server on `port`. */
export async function startFaultProxy({
  port: target,
  host = '127.0.0.1',
}: {
  port: number
  host?: string
}): Promise<FaultProxy> {
  let fault: Fault = { kind: 'none' }
  const open = new Set<Connection>()
  // Ends are answers too: the proxy decides when they pass, so neither side may be closed by itself.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const connection = carry(client, { port: target, host }, fault)
    open.add(connection)
    client.once('close', () => open.delete(connection))
    connection.meet(fault)
  })
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo

  const set = async (next: Fault): Promise<void> => {
    fault = next
    for (const connection of open) connection.meet(next)
    if (next.kind !== 'refuse') {
      if (!server.listening) await listen(port)
    } else if (server.listening) {
      open.clear()
      server.close()
      await once(server, 'close')
    }
  }
  return { port, set, connections: () => open.size, stop: () => set({ kind: 'refuse' }) }
}

function carry(client: Socket, server: Address, first: Fault): Connection {
  let fault = first
  let left = bytesOf(first)
  // Something was swallowed. TCP never delivers a stream with a hole, so that such a connection cannot go on.
  let lost = false
  let held: { readonly piece: Piece; readonly timer: NodeJS.Timeout }[] = []
  const upstream = new Socket({ allowHalfOpen: true })
  // Whoever falls into a black hole is not noticed by the server, and may fall into it while the server is away.
  if (neverArrives.has(first.kind)) lost = true
  else upstream.connect(server)

  const hold = (piece: Piece, ms: number): void => {
    // All pieces held at one time are held equally long, so that the first is always the next.
    const timer = setTimeout(() => {
      held.shift()
      pass(piece)
    }, ms)
    held.push({ piece, timer })
  }
  const pass = (piece: Piece): void => {
    if (piece === 'end') client.end()
    else if (piece === 'reset') reset(client)
    else pour(upstream, client, piece)
  }
  const answer = (piece: Piece): void => {
    if (fault.kind === 'slow') return hold(piece, fault.delayMs ?? defaultDelayMs)
    if (fault.kind === 'blackhole' || (fault.kind === 'half' && left === 0)) {
      lost = true
      return
    }
    if (typeof piece === 'string') return pass(piece)
    const passing = left < piece.length ? piece.subarray(0, left) : piece
    left -= passing.length
    lost ||= passing.length < piece.length
    pass(passing)
    if (fault.kind !== 'cut' || left > 0) return
    client.end()
    upstream.destroy()
    // Or the client's own end would not be seen.
    client.resume()
  }

  upstream.on('data', answer)
  upstream.once('end', () => answer('end'))
  // A server that is away, or went without a word: an accepted connection cannot be refused any more, only reset.
  upstream.on('error', () => answer('reset'))
  client.on('error', () => {})
  client.on('data', (chunk) => {
    if (fault.kind === 'blackhole') lost = true
    else if (!upstream.destroyed) pour(client, upstream, chunk)
  })
  client.once('end', () => {
    if (fault.kind === 'blackhole') lost = true
    else upstream.end()
  })
  client.once('close', () => {
    for (const { timer } of held) clearTimeout(timer)
    upstream.destroy()
  })
  return {
    meet: (next) => {
      fault = next
      left = bytesOf(next)
      if (next.kind === 'refuse') client.destroy()
      else if (next.kind === 'reset' || (lost && next.kind !== 'blackhole')) reset(client)
      const waiting = held
      held = []
      for (const { timer } of waiting) clearTimeout(timer)
      if (!client.destroyed) for (const { piece } of waiting) answer(piece)
    },
  }
}

function pour(from: Socket, to: Socket, bytes: Buffer): void {
  if (bytes.length === 0 || to.write(bytes) || from.isPaused()) return
  from.pause()
  to.once('drain', () => from.resume())
}

/** A socket that has sent its end cannot be reset any more. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
