import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import {
  limitsOf,
  operationIds,
  operationRow,
  operations,
  parse,
  type Limit,
  type Operation,
  type OperationId,
  type OperationRow,
  type StreamId,
} from '@boardwalk/contract'
import { evaluationFailedReply } from '../flags/evaluation-failed.ts'
import type { Limits, Standing } from '../limits/limits.ts'
import { overLimit, tellLimits } from '../limits/tell.ts'
import { authenticate, type Authentication, type Called } from './authenticate.ts'
import { refuseUnfitOperations } from './check-operations.ts'
import { cors, personPaths, type CorsOptions } from './cors.ts'
import { failureOf } from './failures.ts'
import { readJson } from './read-body.ts'
import { Failure, problemReply, toResponse, toStreamResponse, type Reply, type StreamReply } from './reply.ts'
import { inRequestSpan } from './trace-request.ts'

/** What a route is called with: all of it parsed, and the caller let in. */
export type Input<Id extends OperationId> = Pick<Operation<Id>, 'path' | 'query' | 'body'> & {
  readonly called: Called
  readonly request: Request
  readonly correlationId: string
}

type ReplyTo<Id extends OperationId> = Id extends StreamId ? StreamReply : Reply

/** One handler an operation; an operation without a handler does not compile. */
export type Handlers = {
  readonly [Id in OperationId]: (input: Input<Id>) => Promise<ReplyTo<Id>> | ReplyTo<Id>
}

/** `id` and `row` are absent for what nobody serves. */
export type Answered = {
  readonly id?: OperationId
  readonly row?: OperationRow
  readonly status: number
  readonly seconds: number
}

type Serving = {
  readonly handlers: Handlers
  readonly ways: Authentication
  readonly limits: Limits
  readonly log: Logger
  /** Absent: no page of another origin may read what it gets. */
  readonly corsOptions?: CorsOptions | undefined
  /** Called with every answer. */
  readonly onAnswered?: (answered: Answered) => void
}

const parsed = (schema: OperationRow['body'], value: unknown, where: string): unknown => {
  if (schema === undefined) return undefined
  const result = parse(schema, value)
  if ('value' in result) return result.value
  const { problems } = result
  throw new Failure('invalid_request', `The ${where} does not fit. ${problems[0]?.message ?? ''}`, {
    problems,
  })
}

const bodyOf = async ({ body, bodyOptional }: OperationRow, request: Request): Promise<unknown> => {
  if (body === undefined) return undefined
  const json = await readJson(request)
  return json === undefined && bodyOptional ? {} : json
}

/** A flow's document has problems of its own, batches of events and of people refuse one by one; all other bodies are parsed here. */
const parsesItself = (id: OperationId): boolean =>
  id === 'createFlow' || id === 'sendEvents' || id === 'importPeople'

const isEvaluation = (id: OperationId): boolean => id === 'evaluateFlag' || id === 'evaluateFlags'

/** A change of a step may be a snooze; what else has a limit of its own has one. */
const ownLimit = ([, ...own]: readonly Limit[], body: unknown): Limit | undefined =>
  own.length < 2 ? own[0] : 'snoozeUntil' in Object(body) ? 'snoozes' : 'step_updates'

const correlationShape = /^[A-Za-z0-9._:-]{1,128}$/

const correlationOf = (request: Request): string => {
  const given = request.headers.get('x-correlation-id')
  return given !== null && correlationShape.test(given) ? given : randomUUID()
}

/** A name given twice would leave open which one counts. */
const queryOf = (url: string): Record<string, string> => {
  const mark = url.indexOf('?')
  if (mark === -1) return {}
  const pairs = [...new URLSearchParams(url.slice(mark))]
  const seen = new Set<string>()
  const twice = pairs.find(([name]) => seen.size === seen.add(name).size)?.[0]
  if (twice === undefined) return Object.fromEntries(pairs)
  const problems = [
    { path: twice, found: 'more than one', expected: 'one value', message: `Send ${twice} once.` },
  ]
  throw new Failure('invalid_request', `The query does not fit. Send ${twice} once.`, { problems })
}

const refuseBrokenPath = (url: string): void => {
  const [path = ''] = url.split('?', 1)
  if (!path.includes('%')) return
  try {
    decodeURIComponent(path)
  } catch {
    throw new Failure(
      'invalid_request',
      'The path is not percent-encoded UTF-8. Encode each part of it by itself.',
    )
  }
}

const serveOne = (id: OperationId, { handlers, ways, limits, log, onAnswered }: Serving) => {
  const row = operationRow(id)
  const { path, query } = row.parameters
  const handle = handlers[id] as (input: unknown) => Promise<Reply | StreamReply> | Reply
  const taken = limitsOf(row)
  const answer = async (
    request: Request,
    parameters: Record<string, string>,
    correlationId: string,
    standings: Standing[],
  ): Promise<Response> => {
    try {
      const called = await authenticate(id, ways, request)
      const count = async (limit: Limit | undefined): Promise<void> => {
        if (limit === undefined || called.kind !== 'person') return
        const standing = await limits.take(limit, called.userId)
        standings.push(standing)
        if (standing.isOver) throw overLimit(standing)
      }
      await count(taken[0])
      refuseBrokenPath(request.url)
      const json = await bodyOf(row, request)
      const input = {
        called,
        request,
        correlationId,
        path: parsed(path, parameters, 'path'),
        query: parsed(query, queryOf(request.url), 'query'),
        body: parsesItself(id) ? json : parsed(row.body, json, 'body'),
      }
      // What is not understood does not use up the few snoozes of a day.
      await count(ownLimit(taken, input.body))
      const reply = await handle(input)
      if (!('stream' in reply)) return toResponse(reply, correlationId)
      // Of the answer to HEAD nobody reads the body, nor ends it.
      if (request.method === 'HEAD') await reply.stream.cancel()
      return toStreamResponse(reply, correlationId)
    } catch (error) {
      const failure = failureOf(error, log, correlationId)
      const reply = isEvaluation(id)
        ? evaluationFailedReply(failure, correlationId, parameters['key'])
        : problemReply(failure, correlationId)
      return toResponse(reply, correlationId)
    }
  }
  return async (request: Request, parameters: Record<string, string>): Promise<Response> => {
    const begun = performance.now()
    const correlationId = correlationOf(request)
    const standings: Standing[] = []
    const response = await inRequestSpan(id, row, request, correlationId, () =>
      answer(request, parameters, correlationId, standings),
    )
    tellLimits(response, standings)
    onAnswered?.({ id, row, status: response.status, seconds: (performance.now() - begun) / 1000 })
    return response
  }
}

const notServed = (request: Request): Failure => {
  const path = new URL(request.url).pathname
  const matching = operationIds
    .map(operationRow)
    .filter((row) => new RegExp(`^${row.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .map((row) => row.method.toUpperCase())
  if (matching.length === 0) {
    return new Failure('route_not_found', 'Nothing is served at this path. GET /openapi.json lists what is.')
  }
  const allow = matching.join(', ')
  return new Failure('method_not_allowed', `This path takes ${allow}, not ${request.method}.`, {
    headers: { allow },
  })
}

/** The application: every operation of the contract, and problem details for all else. */
export const serveOperations = (serving: Serving): ((request: Request) => Promise<Response>) => {
  refuseUnfitOperations(operations, serving.handlers)
  const app = new Hono()
  const { corsOptions, onAnswered } = serving
  if (corsOptions) personPaths.forEach((path) => app.use(path, cors(corsOptions)))
  for (const id of operationIds) {
    const { method, path } = operationRow(id)
    const serve = serveOne(id, serving)
    app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1'), (context) =>
      serve(context.req.raw, context.req.param() as Record<string, string>),
    )
  }
  app.notFound((context) => {
    const begun = performance.now()
    const correlationId = correlationOf(context.req.raw)
    const response = toResponse(problemReply(notServed(context.req.raw), correlationId), correlationId)
    onAnswered?.({ status: response.status, seconds: (performance.now() - begun) / 1000 })
    return response
  })
  return async (request) => app.fetch(request)
}
