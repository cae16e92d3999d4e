import { lookup as lookUp } from 'node:dns/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { addressRules } from './address-rules.ts'

export type Address = { readonly address: string; readonly family: number }

/** All addresses of a host name, numeric. */
export type Resolve = (host: string) => Promise<readonly Address[]>

export type OutboundOptions = {
  /** Hosts, addresses and CIDR ranges that may be called though they are not on the public internet. Default none. */
  readonly allow?: readonly string[]
  /** Milliseconds that a call may take in all, from the look-up to the end of the answer. Default 15,000. */
  readonly timeoutMs?: number
  readonly resolve?: Resolve
}

export type Sent =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  /** `reason` is one line without anything of what was sent or answered. */
  | { readonly kind: 'failed'; readonly reason: string }

/** The only way by which this process calls addresses that somebody else chose. */
export type Outbound = {
  /** Why the URL cannot be called, as the end of a sentence; undefined when it can. */
  readonly refusal: (url: string) => Promise<string | undefined>
  /** Never throws, follows no redirect and knows no proxy. */
  readonly post: (
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal?: AbortSignal,
  ) => Promise<Sent>
  readonly stop: () => void
}

const usualTimeoutMs = 15_000
const mostAnswerBytes = 65_536
const idleMs = 4_000

class Refused extends Error {
  override readonly name = 'Refused'
}

/** The receiver closed an idle connection just when it was used again; nothing is wrong with it. */
class StaleConnection extends Error {
  override readonly name = 'StaleConnection'
}

const resolveByTheSystem: Resolve = (host) => lookUp(host, { all: true, order: 'verbatim' })

const urlOf = (text: string): URL => {
  const url = URL.parse(text)
  if (url === null || !/^https?:\/\//i.test(text)) throw new Refused('is not an http(s) URL')
  if (url.username !== '' || url.password !== '') throw new Refused('has a user or password in it')
  return url
}

const reasons: { readonly [code: string]: string } = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host could not be looked up',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'host unreachable',
}

const reasonOf = (error: unknown): string => {
  if (error instanceof Refused) return `the URL ${error.message}`
  if (!(error instanceof Error)) return 'the call failed'
  if (error.name === 'TimeoutError') return 'timed out'
  if (error.name === 'AbortError') return 'broken off'
  const code = 'code' in error ? String(error.code) : ''
  return reasons[code] ?? (code === '' ? 'the call failed' : code.slice(0, 60))
}

export const createOutbound = (options: OutboundOptions = {}): Outbound => {
  const { allow = [], timeoutMs = usualTimeoutMs, resolve = resolveByTheSystem } = options
  const rules = addressRules(allow)
  // Agents of our own: the global ones may be told by the environment to use a proxy, which would look up hosts itself.
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, timeout: idleMs, maxFreeSockets: 64 }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: idleMs, maxFreeSockets: 64 }),
  }

  /** The addresses to connect to, all of them checked: one that is refused refuses the URL. */
  const addressesOf = async (url: URL): Promise<readonly Address[]> => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    const found = family === 0 ? await resolve(host) : [{ address: host, family }]
    if (found.length === 0) throw new Refused('has a host without an address')
    if (!found.every(({ address }) => rules.allows(address, host)))
      throw new Refused('leads to an address that is not public (BOARDWALK_WEBHOOK_ALLOW lists exceptions)')
    return found
  }

  /** Gives the connection what was checked, so that it cannot be looked up anew. */
  const pinned =
    (addresses: readonly Address[]): LookupFunction =>
    (_, { all }, answer) => {
      const [first] = addresses
      if (all) answer(null, [...addresses])
      else answer(null, first?.address ?? '', first?.family)
    }

  const readStatus = (response: IncomingMessage): Promise<Sent> =>
    new Promise((finish, fail) => {
      let bytes = 0
      const sent: Sent = {
        kind: 'answered',
        status: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'],
      }
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= mostAnswerBytes) return
        finish(sent)
        response.destroy()
      })
      response.on('end', () => finish(sent))
      response.on('error', fail)
    })

  const sendOnce = (
    url: URL,
    addresses: readonly Address[],
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Sent> =>
    new Promise((finish, fail) => {
      const secure = url.protocol === 'https:'
      const request = (secure ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent: agents[secure ? 'https:' : 'http:'],
        lookup: pinned(addresses),
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
      })
      request.on('response', (response) => void readStatus(response).then(finish, fail))
      request.on('error', (error) => {
        const stale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        fail(stale ? new StaleConnection() : error)
      })
      request.end(body)
    })

  const send: typeof sendOnce = async (...call) => {
    try {
      return await sendOnce(...call)
    } catch (error) {
      if (error instanceof StaleConnection) return send(...call)
      throw error
    }
  }

  /** Looking up cannot be broken off, only left. */
  const unlessAborted = <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> =>
    new Promise((finish, fail) => {
      const abort = (): void => fail(signal.reason instanceof Error ? signal.reason : new Refused('was left'))
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      work.then(finish, fail).finally(() => signal.removeEventListener('abort', abort))
    })

  return {
    refusal: async (text) => {
      try {
        await unlessAborted(addressesOf(urlOf(text)), AbortSignal.timeout(timeoutMs))
        return undefined
      } catch (error) {
        return error instanceof Refused ? error.message : `has a host that fails: ${reasonOf(error)}`
      }
    },
    post: async (text, headers, body, signal) => {
      const timeout = AbortSignal.timeout(timeoutMs)
      const ends = signal ? AbortSignal.any([signal, timeout]) : timeout
      try {
        const url = urlOf(text)
        const addresses = await unlessAborted(addressesOf(url), ends)
        return await unlessAborted(send(url, addresses, headers, body, ends), ends)
      } catch (error) {
        const timedOut = timeout.aborted && signal?.aborted !== true
        return { kind: 'failed', reason: timedOut ? 'timed out' : reasonOf(error) }
      }
    },
    stop: () => Object.values(agents).forEach((agent) => agent.destroy()),
  }
}
