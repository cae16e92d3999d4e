import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify'
import { getRequestListener } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { afterAll } from 'vitest'
import { expressGates } from '../src/express.ts'
import { fastifyGates } from '../src/fastify.ts'
import { honoGates } from '../src/hono.ts'
import { nextGates } from '../src/next.ts'
import type { Gates, Requirements } from '../src/index.ts'

/** What the gated routes of the suite's hosts require. */
export type Required<Middleware> = {
  /** A named gate that its flow calls critical. */
  readonly publish: Middleware
  /** Needs the profile, and is not critical. */
  readonly preview: Middleware
  /** Needs profile and payments, and is critical. */
  readonly pay: Middleware
}

export type Host = {
  readonly address: string
  readonly port: number
  /** Runs of gated handlers: the decision that each found for its request. */
  readonly ran: { route: string; decision: string | undefined }[]
  readonly stop: () => Promise<void>
}

export type StartHost = (gates: Gates) => Promise<Host>

/** The session of the hosts under test: whoever the header names is signed in. */
const userOf = (name: string | null | undefined): string | undefined => {
  if (name === 'throws') throw new Error('the session store is away')
  return name ?? undefined
}

const required = <Middleware, Request>({
  requireStep,
  requireGate,
}: Requirements<Middleware, Request>): Required<Middleware> => ({
  publish: requireGate('publish'),
  preview: requireStep('profile', { critical: false }),
  pay: requireStep(['profile', 'payments'], { critical: true, returnUrl: '/cart' }),
})

/** A server of these on a free port. */
export const listening = async (listener: (...message: Parameters<RequestListener>) => unknown) => {
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { port, address: `http://127.0.0.1:${port}`, stop }
}

const onExpress: StartHost = async (gates) => {
  const ran: Host['ran'] = []
  const app = express()
  const { publish, preview, pay } = required(
    expressGates(gates, { user: (request) => userOf(request.get('x-user')) }),
  )
  const run: express.RequestHandler = (request, response) => {
    ran.push({ route: request.path, decision: gates.decisionOf(request)?.kind })
    response.json({ ran: true })
  }
  app.post('/stores/:id/publish', publish, run)
  app.get('/preview', preview, run)
  app.post('/pay', pay, run)
  app.use(((_error, _request, response, _next) => {
    response.status(500).json({ host: 'failed' })
  }) satisfies express.ErrorRequestHandler)
  return { ran, ...(await listening(app)) }
}

const onFastify: StartHost = async (gates) => {
  const ran: Host['ran'] = []
  const app = fastify()
  const { publish, preview, pay } = required(
    fastifyGates(gates, { user: ({ headers }) => userOf(headers['x-user'] as string | undefined) }),
  )
  const run = (request: FastifyRequest, reply: FastifyReply) => {
    ran.push({ route: request.url, decision: gates.decisionOf(request)?.kind })
    return reply.send({ ran: true })
  }
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ host: 'failed' }))
  app.post('/stores/:id/publish', { preHandler: publish }, run)
  app.get('/preview', { preHandler: preview }, run)
  app.post('/pay', { preHandler: pay }, run)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  return { ran, address, port: Number(new URL(address).port), stop: () => app.close() }
}

const onHono: StartHost = async (gates) => {
  const ran: Host['ran'] = []
  const app = new Hono()
  const { publish, preview, pay } = required(
    honoGates(gates, { user: (context) => userOf(context.req.header('x-user')) }),
  )
  const run = (context: Context) => {
    ran.push({ route: context.req.path, decision: gates.decisionOf(context.req.raw)?.kind })
    return context.json({ ran: true })
  }
  app.onError((_error, context) => context.json({ host: 'failed' }, 500))
  app.post('/stores/:id/publish', publish, run)
  app.get('/preview', preview, run)
  app.post('/pay', pay, run)
  return { ran, ...(await listening(getRequestListener(app.fetch))) }
}

/** Handlers as `route.ts` exports them; the real Next serves the same in `examples/next`. */
const onNext: StartHost = async (gates) => {
  const ran: Host['ran'] = []
  const { publish, preview, pay } = required(
    nextGates(gates, { user: (request) => userOf(request.headers.get('x-user')) }),
  )
  const run = (request: Request): Response => {
    ran.push({ route: new URL(request.url).pathname, decision: gates.decisionOf(request)?.kind })
    return Response.json({ ran: true })
  }
  const routes: readonly [string, RegExp, (request: Request) => Promise<Response>][] = [
    ['POST', /^\/stores\/[^/]+\/publish$/, publish(run)],
    ['GET', /^\/preview$/, preview(run)],
    ['POST', /^\/pay$/, pay(run)],
  ]
  const serve = async (request: Request): Promise<Response> => {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const { pathname } = new URL(request.url)
    const [, , handle] = routes.find(([verb, path]) => verb === method && path.test(pathname)) ?? []
    try {
      return handle ? await handle(request) : new Response(null, { status: 404 })
    } catch {
      return Response.json({ host: 'failed' }, { status: 500 })
    }
  }
  return { ran, ...(await listening(getRequestListener(serve))) }
}

export const frameworks: readonly (readonly [name: string, start: StartHost])[] = [
  ['Express', onExpress],
  ['Fastify', onFastify],
  ['Hono', onHono],
  ['Next', onNext],
]

/** Starts hosts that are stopped when the suite ends. */
export const startedHosts = () => {
  const hosts: Host[] = []
  afterAll(async () => {
    await Promise.all(hosts.map((host) => host.stop()))
  })
  return async (start: StartHost, gates: Gates): Promise<Host> => {
    const host = await start(gates)
    hosts.push(host)
    return host
  }
}
