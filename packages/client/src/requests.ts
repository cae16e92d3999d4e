export type { Sending } from '@boardwalk/contract'
import type { Operation, OperationId, ProblemDetails, Route, Sending } from '@boardwalk/contract'
import { within } from './deadline.ts'
import { messageOf } from './message-of.ts'

/** What became of a request. A client never throws into the page or server that uses it. */
export type Sent<Id extends OperationId = OperationId> =
  | ({ readonly kind: 'answered' } & AnswerOf<Id>)
  /** The server said no, with a problem of the contract; decide by `problem.error`. */
  | { readonly kind: 'refused'; readonly status: number; readonly problem: ProblemDetails }
  /** Nobody knows: away, too slow, or something in between that is not Boardwalk. */
  | Unreached

// One operation after the other: what all of them have in common is nothing.
type AnswerOf<Id extends OperationId> = Id extends OperationId
  ? Exclude<Operation<Id>['answer'], { readonly status: 409 | 503 }>
  : never

export type Unreached = {
  readonly kind: 'unreached'
  readonly reason: 'network' | 'timeout' | 'garbled' | 'status' | 'unsendable'
  /** What went wrong, for a log. */
  readonly detail: string
  readonly status?: number
}

type Part<Name extends string, Value> = Value extends undefined
  ? { readonly [Key in Name]?: undefined }
  : { readonly [Key in Name]: Value }
type Query<Value> = Value extends undefined ? { readonly query?: undefined } : { readonly query?: Value }

export type Input<Id extends OperationId> = Part<'path', Sending<Id>['path']> &
  Query<Sending<Id>['query']> &
  Part<'body', Sending<Id>['body']> & {
    readonly headers?: Readonly<Record<string, string | undefined>>
    /** Milliseconds for this request; default those of the client. */
    readonly timeoutMs?: number
    /** Gives it up before that. */
    readonly signal?: AbortSignal
  }

export type RequestsOptions = {
  /** Where Boardwalk is, with the prefix it is mounted under if any; in a browser the page's own origin by default. */
  readonly url?: string
  /** Value of the `Authorization` header, asked for each request so that keys and tokens can be renewed. */
  readonly authorization?: () => string | undefined
  /** Milliseconds until a request is given up; default 10,000. */
  readonly timeoutMs?: number
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch
}

export type Requests = {
  readonly send: <Id extends OperationId>(route: Route<Id>, input: Input<Id>) => Promise<Sent<Id>>
}

/** A row of the contract by name; a method or path that is not the contract's does not compile. */
export const routeOf = <Id extends OperationId>(
  _id: Id,
  method: Route<Id>['method'],
  path: Route<Id>['path'],
): Route<Id> => ({ method, path })

type Named = Readonly<Record<string, string | number | undefined>>

type Loose = {
  readonly path?: Named | undefined
  readonly query?: Named | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const addressOf = (base: string, path: string, { path: parts = {}, query = {} }: Loose): string => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts[name])))
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value))
  const search = asked.toString()
  return `${base}${filled}${search === '' ? '' : `?${search}`}`
}

const isProblem = (value: unknown): value is ProblemDetails =>
  typeof value === 'object' &&
  value !== null &&
  'error' in value &&
  typeof value.error === 'string' &&
  'type' in value &&
  value.type === `urn:boardwalk:problem:${value.error}`

const unreached = (reason: Unreached['reason'], detail: string, status?: number): Unreached => ({
  kind: 'unreached',
  reason,
  detail,
  ...(status !== undefined && { status }),
})

const jsonOf = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A problem of ours is a refusal; every other answer of 300 and above comes from something in between. */
const readAnswer = async (response: Response): Promise<Sent> => {
  const { status } = response
  const body = jsonOf(await response.text())
  if (body === undefined) return unreached('garbled', `status ${status} with a body that is not JSON`, status)
  // The 409 of a gate is an answer of its operation and a problem at once: a refusal to whoever asks for leave.
  if (status >= 400 && isProblem(body)) return { kind: 'refused', status, problem: body }
  // In a browser, a redirect that is not followed has the status 0.
  if (status < 200 || (status >= 300 && status !== 304))
    return unreached('status', `status ${status}, and no problem of Boardwalk’s`, status)
  const isEmpty = status === 204 || status === 304
  if (!isEmpty && (typeof body !== 'object' || body === null))
    return unreached('garbled', `status ${status} with a body that is no answer`, status)
  return { kind: 'answered', status, body } as unknown as Sent
}

/** Typed requests by the contract's operations. */
export const createRequests = ({
  url = '',
  authorization = () => undefined,
  timeoutMs: usualTimeoutMs = 10_000,
  fetch: send = (input, init) => globalThis.fetch(input, init),
}: RequestsOptions = {}): Requests => {
  const base = url.replace(/\/+$/, '')

  const request = async (method: string, path: string, input: Loose): Promise<Sent> => {
    const { body, headers: given = {}, timeoutMs = usualTimeoutMs, signal: givenUp } = input
    const exchange = async (late: AbortSignal): Promise<Sent> => {
      const headers = Object.entries({
        authorization: authorization(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...given,
      }).filter((entry): entry is [string, string] => entry[1] !== undefined)
      const response = await send(addressOf(base, path, input), {
        method: method.toUpperCase(),
        headers,
        redirect: 'manual',
        signal: givenUp === undefined ? late : AbortSignal.any([late, givenUp]),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return readAnswer(response)
    }
    try {
      return await within(timeoutMs, exchange, () => unreached('timeout', `no answer within ${timeoutMs} ms`))
    } catch (error) {
      return unreached('network', messageOf(error))
    }
  }

  return {
    send: <Id extends OperationId>({ method, path }: Route<Id>, input: Input<Id>) =>
      request(method, path, input),
  }
}
