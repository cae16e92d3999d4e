import fastify, { type FastifyInstance } from 'fastify'
import { createBoardwalk } from '@boardwalk/server'
import { createGates } from '@boardwalk/sdk'
import { fastifyGates } from '@boardwalk/sdk/fastify'
import { publishShopFlow } from '../shop/publish-shop-flow.ts'
import { createSessions } from '../shop/sessions.ts'

export const createApp = async (directory: string): Promise<FastifyInstance> => {
  const sessions = createSessions()
  const boardwalk = createBoardwalk({
    database: { directory },
    identify: (request) => {
      const userId = sessions.userOf(request.headers.get('cookie'))
      return userId === undefined ? undefined : { userId }
    },
  })
  await publishShopFlow(boardwalk)

  const gates = createGates({ boardwalk })
  const { requireStep, requireGate } = fastifyGates(gates, {
    user: (request) => sessions.userOf(request.headers.cookie),
  })

  const app = fastify()
  app.register(
    async (mounted) => {
      // Boardwalk reads the body itself; within this plugin nobody else does.
      mounted.removeAllContentTypeParsers()
      mounted.addContentTypeParser('*', (_request, _payload, done) => done(null))
      mounted.all('/*', (request, reply) => {
        reply.hijack()
        request.raw.url = request.url.slice('/boardwalk'.length)
        boardwalk.listener(request.raw, reply.raw)
      })
    },
    { prefix: '/boardwalk' },
  )

  app.post<{ Body: { user?: unknown } | undefined }>('/sign-in', async (request, reply) => {
    const user = request.body?.user
    if (typeof user !== 'string' || user === '')
      return reply.status(400).send({ message: 'Send {"user": "ada"}.' })
    reply.header('set-cookie', sessions.cookieFor(user))
    return { user }
  })

  // The payment provider has confirmed: the server proves the step, the browser's word would not do.
  app.post('/payments', async (request, reply) => {
    const user = sessions.userOf(request.headers.cookie)
    if (user === undefined) return reply.status(401).send({ message: 'Sign in first.' })
    await boardwalk.verbs.changeStep(user, { id: 'payments', status: 'done' })
    return { paid: true }
  })

  app.post('/publish', { preHandler: requireGate('publish') }, async () => ({ published: true }))

  app.get('/preview', { preHandler: requireStep('profile', { critical: false }) }, async () => ({
    preview: 'Your shop',
  }))

  // Refuses to start when a route above names a step or gate that no flow knows.
  app.addHook('onReady', () => gates.start())
  app.addHook('onClose', async () => {
    gates.close()
    await boardwalk.stop()
  })
  return app
}
