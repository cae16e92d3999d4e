import { Hono } from 'hono'
import { mount } from 'hono/mount'
import { createBoardwalk } from '@boardwalk/server'
import { createGates } from '@boardwalk/sdk'
import { honoGates } from '@boardwalk/sdk/hono'
import { publishShopFlow } from '../shop/publish-shop-flow.ts'
import { createSessions } from '../shop/sessions.ts'

export const createApp = async (directory: string): Promise<{ app: Hono; stop: () => Promise<void> }> => {
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
  const { requireStep, requireGate } = honoGates(gates, {
    user: (context) => sessions.userOf(context.req.header('cookie')),
  })

  const app = new Hono()
  app.all('/boardwalk/*', mount(boardwalk.fetch))

  app.post('/sign-in', async (context) => {
    const { user } = await context.req.json<{ user?: unknown }>()
    if (typeof user !== 'string' || user === '')
      return context.json({ message: 'Send {"user": "ada"}.' }, 400)
    context.header('set-cookie', sessions.cookieFor(user))
    return context.json({ user })
  })

  // The payment provider has confirmed: the server proves the step, the browser's word would not do.
  app.post('/payments', async (context) => {
    const user = sessions.userOf(context.req.header('cookie'))
    if (user === undefined) return context.json({ message: 'Sign in first.' }, 401)
    await boardwalk.verbs.changeStep(user, { id: 'payments', status: 'done' })
    return context.json({ paid: true })
  })

  app.post('/publish', requireGate('publish'), (context) => context.json({ published: true }))

  app.get('/preview', requireStep('profile', { critical: false }), (context) =>
    context.json({ preview: 'Your shop' }),
  )

  // Refuses to start when a route above names a step or gate that no flow knows.
  await gates.start()

  const stop = async (): Promise<void> => {
    gates.close()
    await boardwalk.stop()
  }
  return { app, stop }
}
