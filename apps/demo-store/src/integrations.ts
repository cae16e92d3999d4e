import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { fields } from './fields.ts'
import { presentStore } from './present-store.ts'
import type { Shops } from './shops.ts'
import { formOf, refuse, sayings, signedIn, type Env } from './store-context.ts'
import type { StoreEvents } from './store-events.ts'
import type { Telling } from './telling.ts'

type Integrations = {
  readonly shops: Shops
  readonly telling: Telling
  readonly events: StoreEvents
}

/** Connecting an app of others. Unlike the other features it proves no step: an event says that it happened. */
export const integrationRoutes = ({ shops, telling, events }: Integrations): Hono<Env> => {
  const app = new Hono<Env>()

  app.post('/integrations', signedIn(shops), async (context) => {
    const form = await formOf(context, { app: fields.app })
    if ('refusal' in form) return form.refusal
    const person = context.get('person')
    const shop = shops.shopOf(person)
    // The same app again is the same integration: its event may be told once more, and has one effect.
    const known = shop.integration?.app === form.app ? shop.integration : undefined
    const integration = known ?? { id: randomUUID(), app: form.app, told: false }
    if (known === undefined) await shops.changeShop(shop, { integration })
    // An event brings nobody back whom the team erased, and says nothing of who they are.
    const told =
      (await telling.tellAgain(person)) && (await events.integrationCreated(person.id, integration.id))
    if (!told) return refuse(context, 503, 'boardwalk_away', sayings(context).notNow)
    await shops.changeShop(shop, { integration: { ...integration, told: true } })
    return context.json(presentStore(shops, person))
  })

  return app
}
