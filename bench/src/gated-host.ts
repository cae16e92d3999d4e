// A host in a process of its own: one route behind a bare middleware, or behind a gate in one of its states.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express, { type RequestHandler } from 'express'
import { fastify, type preHandlerAsyncHookHandler } from 'fastify'
import { Hono, type MiddlewareHandler } from 'hono'
import { createGates } from '@boardwalk/sdk'
import { expressGates } from '@boardwalk/sdk/express'
import { fastifyGates } from '@boardwalk/sdk/fastify'
import { honoGates } from '@boardwalk/sdk/hono'

const [framework = '', state = '', url = '', apiKey = ''] = process.argv.slice(2)

const gates = createGates({
  boardwalk: { url, apiKey },
  // Always asks, or never again for who has passed; long enough that a busy machine does not open the breaker.
  keepAllowedMs: state === 'asking' ? 0 : 60_000,
  deadlineMs: state === 'broken' ? 50 : 5_000,
  log: { warn: () => {}, error: () => {} },
})
const critical = false
// As many as are never asked about at once more often than one person may be.
let turn = 0
const user = (): string => `gated-${turn++ % 64}`

const onExpress = async (): Promise<string> => {
  const bare: RequestHandler = async (_request, _response, next) => next()
  const gate = state === 'bare' ? bare : expressGates(gates, { user }).requireStep('theme', { critical })
  const app = express()
  app.get('/', gate, (_request, response) => {
    response.json({ ran: true })
  })
  return listening(app)
}

const onFastify = async (): Promise<string> => {
  const bare: preHandlerAsyncHookHandler = async () => {}
  const gate = state === 'bare' ? bare : fastifyGates(gates, { user }).requireStep('theme', { critical })
  const app = fastify()
  app.get('/', { preHandler: gate }, (_request, reply) => reply.send({ ran: true }))
  return app.listen({ port: 0, host: '127.0.0.1' })
}

const onHono = async (): Promise<string> => {
  const bare: MiddlewareHandler = async (_context, next) => next()
  const gate = state === 'bare' ? bare : honoGates(gates, { user }).requireStep('theme', { critical })
  const app = new Hono()
  app.get('/', gate, (context) => context.json({ ran: true }))
  return listening(getRequestListener(app.fetch))
}

const listening = async (
  listener: (...message: Parameters<Parameters<typeof createServer>[1] & object>) => unknown,
): Promise<string> => {
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const start = { express: onExpress, fastify: onFastify, hono: onHono }[framework]
if (start === undefined) throw new Error(`There is no framework "${framework}"`)
console.log(`listens on ${await start()}`)
