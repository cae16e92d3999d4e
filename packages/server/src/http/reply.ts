import { errors, problemDetailsOf, type ErrorCode } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'

/** What a route answers with. A string is sent as it is, anything else as JSON. */
export type Reply = {
  readonly status: number
  readonly body: string | object | null
  readonly headers?: Readonly<Record<string, string>>
}

/** What an operation of the media type `text/event-stream` answers with, for as long as the caller listens. */
export type StreamReply = { readonly stream: ReadableStream<Uint8Array> }

/** A request that ends here. Thrown within the HTTP layer only; the engine's refusals are values. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: ErrorCode
  readonly problems: readonly Problem[] | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ErrorCode,
    message: string,
    more: { problems?: readonly Problem[]; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.code = code
    this.problems = more.problems
    this.headers = more.headers ?? {}
  }
}

const retryAfterSeconds = 1

export const problemReply = (failure: Failure, correlationId: string): Reply => {
  const { status } = errors[failure.code]
  return {
    status,
    body: problemDetailsOf(failure.code, failure.message, correlationId, failure.problems),
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 503 && { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...failure.headers,
    },
  }
}

/** No cache, proxy or compression on the way may hold an event back. */
const streamHeaders = {
  'x-content-type-options': 'nosniff',
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

export const toStreamResponse = ({ stream }: StreamReply, correlationId: string): Response =>
  new Response(stream, { status: 200, headers: { 'x-correlation-id': correlationId, ...streamHeaders } })

export const toResponse = ({ status, body, headers }: Reply, correlationId: string): Response => {
  const text = body === null || typeof body === 'string' ? body : JSON.stringify(body)
  const all: Record<string, string> = {
    'x-correlation-id': correlationId,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  }
  if (body !== null) all['content-type'] = 'application/json'
  return new Response(text, { status, headers: headers ? Object.assign(all, headers) : all })
}
