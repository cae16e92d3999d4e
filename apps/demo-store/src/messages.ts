import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { verifyWebhook, type WebhookMessage } from '@boardwalk/sdk'
import type { MovableClock } from './movable-clock.ts'
import type { Shops } from './shops.ts'
import { signedIn, type Env } from './store-context.ts'
import type { MessagesView, MessageView } from './store-view.ts'
import type { Log } from './store.ts'

const keptMessages = 20
const mostBytes = 64 * 1024

export const hookPath = '/hooks/boardwalk'

type Options = {
  readonly shops: Shops
  readonly secret: () => string | undefined
  /** Boardwalk's, which signs by it. */
  readonly clock: MovableClock
  readonly log: Log
}

/** What Boardwalk tells the store by webhook: the last messages of each shop, in memory. */
export const messageRoutes = ({ shops, secret, clock, log }: Options): Hono<Env> => {
  const byShop = new Map<string, readonly MessageView[]>()

  const keep = (id: string, { type, timestamp, data }: WebhookMessage): void => {
    const person = typeof data.userId === 'string' ? shops.person(data.userId) : undefined
    // Boardwalk may serve others besides this store's people; they are none of our shops' business.
    if (person === undefined) return
    const kept = byShop.get(person.shopId) ?? []
    if (kept.some((message) => message.id === id)) return
    const step = typeof data['stepId'] === 'string' ? data['stepId'] : null
    const message = { id, type, at: timestamp, personId: person.id, step }
    byShop.set(person.shopId, [message, ...kept].slice(0, keptMessages))
  }

  const app = new Hono<Env>()

  const limited = bodyLimit({ maxSize: mostBytes, onError: (context) => context.body(null, 413) })

  app.post(hookPath, limited, async (context) => {
    const body = new Uint8Array(await context.req.arrayBuffer())
    const { headers } = context.req.raw
    const verified = await verifyWebhook(secret() ?? '', headers, body, { now: clock.now() })
    if (verified.kind === 'refused') {
      log.warn({ event: 'store.webhook_refused', reason: verified.reason })
      return context.body(null, 401)
    }
    keep(verified.id, verified.message)
    return context.body(null, 204)
  })

  app.get('/api/store/messages', signedIn(shops), (context) => {
    const messages = byShop.get(context.get('person').shopId) ?? []
    return context.json({ messages } satisfies MessagesView, 200, { 'Cache-Control': 'no-store' })
  })

  return app
}
