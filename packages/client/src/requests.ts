export type { Sending } from '@boardwalk/contract'
import type { OperationId, Route, Sending } from '@boardwalk/contract'
import { exchange, type Sent } from './exchange.ts'
import { present } from './present.ts'

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

/** Typed requests by the contract's operations. */
export const createRequests = ({
  url = '',
  authorization = () => undefined,
  timeoutMs: usualTimeoutMs = 10_000,
  fetch: send = (input, init) => globalThis.fetch(input, init),
}: RequestsOptions = {}): Requests => {
  const base = url.replace(/\/+$/, '')

  const request = (method: string, path: string, input: Loose): Promise<Sent> => {
    const { body, headers: given = {}, timeoutMs = usualTimeoutMs, signal: givenUp } = input
    const ask = async (late: AbortSignal): Promise<Response> => {
      const headers = present({
        authorization: authorization(),
        'content-type': body === undefined ? undefined : 'application/json',
        ...given,
      })
      return send(addressOf(base, path, input), {
        method: method.toUpperCase(),
        headers,
        redirect: 'manual',
        signal: givenUp === undefined ? late : AbortSignal.any([late, givenUp]),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    }
    return exchange(ask, timeoutMs, (answer) => answer === undefined || Object(answer) === answer)
  }

  return {
    send: <Id extends OperationId>({ method, path }: Route<Id>, input: Input<Id>) =>
      request(method, path, input),
  }
}
