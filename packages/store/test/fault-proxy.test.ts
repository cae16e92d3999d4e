import { once } from 'node:events'
import { createServer as createHttpServer, request } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startFaultProxy, type FaultProxy } from '../test-kit/index.ts'

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A client that writes down what it sees, in order. */
const client = (port: number) => {
  const socket = connect({ port, host: '127.0.0.1' })
  const seen: string[] = []
  const note = (what: string) => {
    seen.push(what)
    socket.emit('seen')
  }
  socket.on('data', (chunk) => note(chunk.toString()))
  socket.on('connect', () => note('connected'))
  socket.on('end', () => note('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => note(error.code ?? error.message))
  return {
    socket,
    seen,
    /** Everything seen, as soon as it holds this text. */
    until: async (text: string): Promise<string> => {
      while (!seen.join('').includes(text)) await once(socket, 'seen')
      return seen.join('')
    },
  }
}
type Client = ReturnType<typeof client>

/** Longer than a loopback takes for anything, so that what has not come by then is not under way. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100))

let echo: Server
let echoPort: number
let heard: string
const accepted: Socket[] = []
beforeAll(async () => {
  echo = createServer((socket) => {
    accepted.push(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      heard += chunk.toString()
      socket.write(chunk)
    })
  })
  echoPort = await listening(echo)
})
afterAll(() => {
  for (const socket of accepted) socket.destroy()
  echo.close()
})

let proxy: FaultProxy
let clients: Client[]
beforeEach(async () => {
  heard = ''
  clients = []
  proxy = await startFaultProxy({ port: echoPort })
})
afterEach(async () => {
  for (const { socket } of clients) socket.destroy()
  await proxy.stop()
})

const newClient = (): Client => {
  const made = client(proxy.port)
  clients.push(made)
  return made
}
/** One that has had an answer already. */
const oldClient = async (): Promise<Client> => {
  const made = newClient()
  made.socket.write('hello')
  await made.until('hello')
  return made
}

describe('none', () => {
  test('passes bytes in both directions, many of them too', async () => {
    const { socket, until } = await oldClient()
    const long = 'x'.repeat(3_000_000)
    socket.write(`${long}!`)
    expect(await until('!')).toBe(`connectedhello${long}!`)
  })

  test('passes the end of either side, and connections() counts', async () => {
    const one = await oldClient()
    const other = await oldClient()
    expect(proxy.connections()).toBe(2)
    one.socket.end()
    await one.until('end')
    accepted.at(-1)?.end()
    await other.until('end')
    while (proxy.connections() > 0) await aWhile()
  })

  test('in front of a server that is away resets', async () => {
    const away = await startFaultProxy({ port: proxy.port })
    await proxy.stop()
    const { until } = client(away.port)
    await until('ECONNRESET')
    await away.stop()
  })
})

describe('refuse', () => {
  test('closes open connections and refuses new ones; none listens again on the same port', async () => {
    const old = await oldClient()
    const { port } = proxy
    await proxy.set({ kind: 'refuse' })
    await old.until('end')
    expect(await newClient().until('ECONN')).toBe('ECONNREFUSED')
    expect(proxy.connections()).toBe(0)
    await proxy.set({ kind: 'none' })
    expect(proxy.port).toBe(port)
    await oldClient()
  })
})

describe('reset', () => {
  test('resets open and new connections; none lets pass again', async () => {
    const old = await oldClient()
    await proxy.set({ kind: 'reset' })
    await old.until('ECONNRESET')
    await newClient().until('ECONNRESET')
    await proxy.set({ kind: 'none' })
    await oldClient()
  })
})

describe('blackhole', () => {
  test('swallows both directions of open and new connections, their ends too', async () => {
    const old = await oldClient()
    const mute = await oldClient()
    const server = accepted.at(-1)
    await proxy.set({ kind: 'blackhole' })
    const fresh = newClient()
    await fresh.until('connected')
    old.socket.write('swallowed')
    fresh.socket.write('swallowed')
    server?.end('swallowed')
    await aWhile()
    expect([old.seen, mute.seen, fresh.seen].map((seen) => seen.join(' '))).toEqual([
      'connected hello',
      'connected hello',
      'connected',
    ])
    expect(heard).toBe('hellohello')
    expect(proxy.connections()).toBe(3)
  })

  test('then none resets who lost bytes; who lost none goes on', async () => {
    const quiet = await oldClient()
    const hasty = await oldClient()
    await proxy.set({ kind: 'blackhole' })
    hasty.socket.write('swallowed')
    await aWhile()
    await proxy.set({ kind: 'none' })
    await hasty.until('ECONNRESET')
    quiet.socket.write('again')
    expect(await quiet.until('again')).toBe('connectedhelloagain')
    await oldClient()
  })

  test('takes in people while the server is away, and never tells them', async () => {
    const away = await startFaultProxy({ port: proxy.port })
    await proxy.stop()
    await away.set({ kind: 'blackhole' })
    const fresh = client(away.port)
    await fresh.until('connected')
    await aWhile()
    expect(fresh.seen).toEqual(['connected'])
    await away.stop()
  })
})

describe('slow', () => {
  test('holds the answers, not the requests; none lets them go, in order', async () => {
    const old = await oldClient()
    await proxy.set({ kind: 'slow' })
    const fresh = newClient()
    for (const { socket } of [old, fresh]) {
      for (const piece of ['1', '2', '3']) {
        socket.write(piece)
        await aWhile()
      }
    }
    expect(heard).toBe('hello123123')
    expect([old.seen, fresh.seen]).toEqual([['connected', 'hello'], ['connected']])
    await proxy.set({ kind: 'none' })
    old.socket.write('4')
    expect(await old.until('4')).toBe('connectedhello1234')
    await fresh.until('123')
  })

  test('gives them after the delay, in order, the end last', async () => {
    await proxy.set({ kind: 'slow', delayMs: 20 })
    const { socket, until } = newClient()
    for (const piece of ['1', '2', '3']) socket.write(piece)
    socket.end()
    expect(await until('end')).toBe('connected123end')
  })

  test('into a black hole: what was held is swallowed', async () => {
    const old = await oldClient()
    await proxy.set({ kind: 'slow' })
    old.socket.write('held')
    while (!heard.includes('held')) await aWhile()
    await proxy.set({ kind: 'blackhole' })
    await aWhile()
    expect(old.seen).toEqual(['connected', 'hello'])
  })
})

describe('half', () => {
  test('passes so many bytes on each connection, counted from then on, and is silent', async () => {
    const old = await oldClient()
    await proxy.set({ kind: 'half', bytes: 3 })
    const fresh = newClient()
    for (const { socket } of [old, fresh]) socket.write('12')
    for (const { until } of [old, fresh]) await until('12')
    for (const { socket } of [old, fresh]) socket.end('345')
    await aWhile()
    expect([old.seen.join(' '), fresh.seen.join(' ')]).toEqual(['connected hello 12 3', 'connected 12 3'])
    expect(heard.match(/345/g)).toHaveLength(2)
    await proxy.set({ kind: 'none' })
    await oldClient()
  })
})

describe('cut', () => {
  test('closes after so many bytes', async () => {
    const old = await oldClient()
    await proxy.set({ kind: 'cut', bytes: 3 })
    const fresh = newClient()
    for (const { socket } of [old, fresh]) socket.write('12345')
    expect(await old.until('end')).toBe('connectedhello123end')
    expect(await fresh.until('end')).toBe('connected123end')
  })

  test('with 0 closes when the answer comes: the server has done what was asked', async () => {
    await proxy.set({ kind: 'cut', bytes: 0 })
    const { socket, seen, until } = newClient()
    await until('connected')
    await aWhile()
    expect(seen).toEqual(['connected'])
    socket.write('order')
    expect(await until('end')).toBe('connectedend')
    expect(heard).toBe('order')
    await proxy.set({ kind: 'none' })
    await oldClient()
  })
})

describe('in front of an HTTP server', () => {
  const body = 'a'.repeat(1000)
  const web = createHttpServer((_, response) => response.end(body))
  let front: FaultProxy
  beforeAll(async () => {
    front = await startFaultProxy({ port: await listening(web) })
  })
  afterAll(async () => {
    await front.stop()
    web.close()
  })

  const get = (): Promise<string> =>
    new Promise((resolve) => {
      const asked = request({ port: front.port, agent: false }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => resolve(text === body ? 'the body' : text))
        response.on('error', (error: NodeJS.ErrnoException) => resolve(`${text.length > 0} ${error.code}`))
      })
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
      asked.end()
    })

  test.each([
    [{ kind: 'refuse' }, 'ECONNREFUSED'],
    [{ kind: 'reset' }, 'ECONNRESET'],
    [{ kind: 'cut', bytes: 0 }, 'ECONNRESET'],
    [{ kind: 'cut', bytes: 500 }, 'true ECONNRESET'],
    [{ kind: 'slow', delayMs: 5 }, 'the body'],
  ] as const)('%o is %s', async (fault, outcome) => {
    await front.set(fault)
    expect(await get()).toBe(outcome)
    await front.set({ kind: 'none' })
    expect(await get()).toBe('the body')
  })
})

test('stop ends all connections and timers, twice too', async () => {
  const old = await oldClient()
  await proxy.set({ kind: 'slow', delayMs: 3_600_000 })
  old.socket.write('held')
  await aWhile()
  await proxy.stop()
  await old.until('end')
  await proxy.stop()
  expect(proxy.connections()).toBe(0)
})
