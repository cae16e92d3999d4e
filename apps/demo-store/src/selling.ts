import { randomBytes } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
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
  readonly requireGate: (gate: string) => MiddlewareHandler<Env>
  readonly clock: () => number
}

/** What waits for a step: Boardwalk's gates stand in front of these two routes. */
export const sellingRoutes = ({ shops, telling, requireGate, clock }: Selling): Hono<Env> => {
  const app = new Hono<Env>()

  // A gate decides by what Boardwalk knows. Of somebody it has not heard of it would ask too little.
  const known: MiddlewareHandler<Env> = async (context, next) =>
    (await telling.tell(context.get('person')))
      ? next()
      : refuse(context, 503, 'boardwalk_away', sayings(context).notNow)

  app.post('/publish', signedIn(shops), known, requireGate('publish'), async (context) => {
    const person = context.get('person')
    const shop = shops.shopOf(person)
    if (shop.publishedAt === undefined)
      await shops.changeShop(shop, { publishedAt: new Date(clock()).toISOString() })
    return context.json(presentStore(shops, person))
  })

  app.post('/checkout', signedIn(shops), known, requireGate('checkout'), async (context) => {
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
