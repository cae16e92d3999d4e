import { randomBytes } from 'node:crypto'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import type { Gates } from '@boardwalk/sdk'
import { honoGates } from '@boardwalk/sdk/hono'
import { currencyOf } from './choices.ts'
import { presentStore } from './present-store.ts'
import type { Shops } from './shops.ts'
import { refuse, sayings, signedIn, type Env } from './store-context.ts'
import type { OrderView } from './store-view.ts'
import type { Telling } from './telling.ts'

const ordersKept = 1000

type Selling = {
  readonly shops: Shops
  readonly telling: Telling
  readonly gates: Gates
  readonly clock: () => number
}

/** What waits for a step: Boardwalk's gates stand in front of these two routes. */
export const sellingRoutes = ({ shops, telling, gates, clock }: Selling): Hono<Env> => {
  const { requireGate } = honoGates<Env>(gates, { user: (context) => context.get('person').id })
  const app = new Hono<Env>()

  const away = (context: Context): Response => refuse(context, 503, 'boardwalk_away', sayings(context).notNow)

  // A gate decides by what Boardwalk knows. Of somebody it has not heard of it would ask too little.
  const known: MiddlewareHandler<Env> = async (context, next) =>
    (await telling.tell(context.get('person'))) ? next() : away(context)

  /** Of somebody who was erased since they were told of, the gate is asked once more. */
  const gate = (name: string): MiddlewareHandler<Env> => {
    const required = requireGate(name)
    return async (context, next) => {
      const stopped = await required(context, next)
      if (gates.decisionOf(context.req.raw)?.kind !== 'erased') return stopped
      return (await telling.tellAgain(context.get('person'))) ? required(context, next) : away(context)
    }
  }

  app.post('/publish', signedIn(shops), known, gate('publish'), async (context) => {
    const person = context.get('person')
    const shop = shops.shopOf(person)
    if (shop.publishedAt === undefined)
      await shops.changeShop(shop, { publishedAt: new Date(clock()).toISOString() })
    return context.json(presentStore(shops, person))
  })

  app.post('/checkout', signedIn(shops), known, gate('checkout'), async (context) => {
    const shop = shops.shopOf(context.get('person'))
    const key = context.req.header('idempotency-key')
    const made = key === undefined ? undefined : shop.orders.find((order) => order.key === key)
    const order = made ?? {
      number: `T-${randomBytes(4).toString('hex').toUpperCase()}`,
      totalCents: shop.products.reduce((sum, { priceCents }) => sum + priceCents, 0),
      key,
    }
    if (made === undefined)
      await shops.changeShop(shop, { orders: [...shop.orders, order].slice(-ordersKept) })
    const { number, totalCents } = order
    const view: OrderView = { number, totalCents, currency: currencyOf(shop.market) }
    return context.json(view, made === undefined ? 201 : 200)
  })

  return app
}
