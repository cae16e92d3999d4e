import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { answerTo } from './fake-answer.ts'
import { failedReply, type FakeFailure } from './fake-failure.ts'
import { replyOf, type Reply } from './fake-problem.ts'
import { personOf, type FakeGate, type FakeState, type FakeStep } from './fake-state.ts'

export type FakeBoardwalkOptions = {
  /** The only key it accepts. */
  readonly apiKey?: string
  /** Name of its one flow; default `fake`. Questions about another are refused. */
  readonly flow?: string
  /** Its steps in order, all required. Default: `payments`, which opens the modal `payments_setup`. */
  readonly steps?: { readonly [id: string]: FakeStep }
  /** Gates by name. Default: `publish`, critical, for `payments`; none when `steps` is given. */
  readonly gates?: { readonly [name: string]: FakeGate }
}

export type FakeRequest = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Parsed when it is JSON, else its text; `undefined` when there was none. */
  readonly body: unknown
}

export type FakeBoardwalk = {
  readonly url: string
  readonly apiKey: string
  /** All that was received, in order, answered or not. */
  readonly requests: readonly FakeRequest[]
  /** The person has done the step. */
  readonly complete: (userId: string, step: string) => void
  /** The person has not done the step. */
  readonly reset: (userId: string, step: string) => void
  /** How everything is answered from now on; `{ kind: 'none' }` ends it. */
  readonly fail: (how: FakeFailure) => void
  readonly stop: () => Promise<void>
}

const payments: FakeStep = {
  title: 'Set up payments',
  message: 'You need to set up payments before you publish your shop',
  action: { type: 'open_modal', modal: 'payments_setup', prefill: { country: 'FR' } },
}

const stateOf = ({
  flow = 'fake',
  steps = { payments },
  gates = steps['payments'] === payments ? { publish: { steps: ['payments'], critical: true } } : {},
}: FakeBoardwalkOptions): FakeState => {
  if (Object.keys(steps).length === 0) throw new Error('A Boardwalk without steps has nothing to ask for.')
  for (const [name, gate] of Object.entries(gates)) {
    const unknown = gate.steps.find((id) => !Object.hasOwn(steps, id))
    if (unknown !== undefined) throw new Error(`The gate "${name}" asks for "${unknown}", which is no step.`)
  }
  return {
    flow,
    steps: new Map(Object.entries(steps)),
    gates: new Map(Object.entries(gates)),
    people: new Map(),
    accounts: new Map(),
    erased: new Set(),
    messageIds: new Set(),
  }
}

const jsonOrText = (body: string): unknown => {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const correlationOf = ({ headers }: IncomingMessage): string => {
  const given = headers['x-correlation-id']
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{1,128}$/.test(given) ? given : randomUUID()
}

const send = (response: ServerResponse, { status, headers, body }: Reply, correlationId: string): void => {
  response.writeHead(status, { 'x-correlation-id': correlationId, 'cache-control': 'no-store', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/**
 * A Boardwalk for the tests of a host: a real HTTP server on a free port of the loopback that answers a host's server
 * as Boardwalk does, without its database. It decides no conditions, roles or triggers: the test says what is done.
 */
export async function startFakeBoardwalk(options: FakeBoardwalkOptions = {}): Promise<FakeBoardwalk> {
  const { apiKey = 'fake-api-key-of-more-than-32-bytes!!' } = options
  const state = stateOf(options)
  const requests: FakeRequest[] = []
  let failure: FakeFailure = { kind: 'none' }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request
    // Whoever goes away in the middle of a request is not there to be answered.
    const body = await text(request).catch(() => undefined)
    if (body === undefined) return
    requests.push({ method, path, headers, body: jsonOrText(body) })
    if (failure.kind === 'silence') return
    if (failure.kind === 'hangUp') return void request.socket.destroy()
    const correlationId = correlationOf(request)
    const reply =
      failedReply(failure, correlationId) ??
      replyOf(answerTo(state, apiKey, { method, path, headers, text: body }, correlationId), correlationId)
    send(response, reply, correlationId)
  }
  const known = (step: string): string => {
    if (state.steps.has(step)) return step
    throw new Error(`The fake has no step "${step}"; it has ${[...state.steps.keys()].join(', ')}.`)
  }

  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    requests,
    complete: (userId, step) => {
      const { done } = personOf(state, userId)
      done.set(known(step), done.get(step) ?? new Date().toISOString())
    },
    reset: (userId, step) => void personOf(state, userId).done.delete(known(step)),
    fail: (how) => {
      failure = how
    },
    stop: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
