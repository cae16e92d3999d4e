import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Logger } from 'pino'
import { failureOf } from './failures.ts'
import { Failure, problemReply, toResponse } from './reply.ts'

/** What `node:http` calls, and what Express mounts: `app.use('/boardwalk', boardwalk.listener)`. */
export type NodeListener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** Body parsers leave what they made of the body on the message. */
type Parsed = { readonly body?: unknown; readonly rawBody?: unknown }

const bytesOf = ({ body, rawBody }: Parsed): Uint8Array<ArrayBuffer> => {
  if (rawBody instanceof Uint8Array) return new Uint8Array(rawBody)
  if (body instanceof Uint8Array) return new Uint8Array(body)
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
}

const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** The request with its body, also when the host has read it before. */
const withBody = (request: Request, incoming: IncomingMessage & Parsed): Request => {
  if (!incoming.readableDidRead || !announcesBody(incoming) || /^(GET|HEAD)$/.test(request.method))
    return request
  if (incoming.body === undefined && incoming.rawBody === undefined) {
    throw new Error(
      'The body was read before Boardwalk saw the request, and nothing is left in `body` or `rawBody` of the message. ' +
        'Mount Boardwalk before whatever reads bodies.',
    )
  }
  const bytes = bytesOf(incoming)
  const headers = new Headers([...request.headers])
  // The parser has undone compression and chunks; the limit on bodies goes by the length that is left.
  headers.delete('content-encoding')
  headers.delete('transfer-encoding')
  headers.set('content-length', String(bytes.byteLength))
  return new Request(request.url, { method: request.method, headers, body: bytes })
}

const answerTo = (error: unknown, log: Logger): Response => {
  const correlationId = randomUUID()
  const refused =
    error instanceof RequestError
      ? new Failure('invalid_request', `The request cannot be understood: ${error.message}.`)
      : error
  return toResponse(problemReply(failureOf(refused, log, correlationId), correlationId), correlationId)
}

/** The same application for hosts that speak `node:http`. The global `Request` and `Response` stay the host's. */
export const nodeListener = (fetch: (request: Request) => Promise<Response>, log: Logger): NodeListener => {
  const listener = getRequestListener(
    (request, { incoming }) => fetch(withBody(request, incoming as IncomingMessage)),
    { overrideGlobalObjects: false, errorHandler: (error) => answerTo(error, log) },
  )
  return (incoming, outgoing) => void listener(incoming, outgoing)
}
