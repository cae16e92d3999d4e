import express, { type Express } from 'express'
import { createBoardwalk } from '@boardwalk/server'
import { createGates } from '@boardwalk/sdk'
import { expressGates } from '@boardwalk/sdk/express'
import { publishShopFlow } from '../shop/publish-shop-flow.ts'
import { createSessions } from '../shop/sessions.ts'

export const createApp = async (directory: string): Promise<{ app: Express; stop: () => Promise<void> }> => {
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
  const { requireStep, requireGate } = expressGates(gates, {
    user: (request) => sessions.userOf(request.headers.cookie),
  })

  const app = express()
  app.use(express.json())
  app.use('/boardwalk', boardwalk.listener)

  app.post('/sign-in', (request, response) => {
    const user: unknown = request.body?.user
    if (typeof user !== 'string' || user === '') {
      response.status(400).json({ message: 'Send {"user": "ada"}.' })
      return
    }
    response.setHeader('set-cookie', sessions.cookieFor(user))
    response.json({ user })
  })

  // The payment provider has confirmed: the server proves the step, the browser's word would not do.
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 takes a rejection to its error handler
  app.post('/payments', async (request, response) => {
    const user = sessions.userOf(request.headers.cookie)
    if (user === undefined) {
      response.status(401).json({ message: 'Sign in first.' })
      return
    }
    await boardwalk.verbs.changeStep(user, { id: 'payments', status: 'done' })
    response.json({ paid: true })
  })

  app.post('/publish', requireGate('publish'), (_request, response) => {
    response.json({ published: true })
  })

  app.get('/preview', requireStep('profile', { critical: false }), (_request, response) => {
    response.json({ preview: 'Your shop' })
  })

  // Refuses to start when a route above names a step or gate that no flow knows.
  await gates.start()

  const stop = async (): Promise<void> => {
    gates.close()
    await boardwalk.stop()
  }
  return { app, stop }
}
