import { randomUUID } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { fields, type Form, type Values } from './fields.ts'
import { presentStore } from './present-store.ts'
import type { Person, Shop, Shops } from './shops.ts'
import { formOf, refuse, refuseFields, sayings, signedIn, type Env } from './store-context.ts'
import type { Telling } from './telling.ts'

const mostProducts = 100

type Asked<Of extends Form> = {
  readonly values: Values<Of>
  readonly person: Person
  readonly shop: Shop
  readonly shops: Shops
  readonly context: Context<Env>
}

/** Something the store does for its people, and the step of the onboarding that is done by it. */
type Feature<Of extends Form> = {
  readonly path: string
  readonly step: string
  readonly form: Of
  readonly ownerOnly?: boolean
  /** Keeps what was sent, or answers why not. Sent again, it is kept once. */
  readonly keep: (asked: Asked<Of>) => Promise<Response | undefined>
}

const feature = <Of extends Form>(one: Feature<Of>): Feature<Form> => one as unknown as Feature<Form>

const features = [
  feature({
    path: '/payments',
    step: 'payments',
    form: { holder: fields.holder, iban: fields.iban, country: fields.market },
    ownerOnly: true,
    keep: async ({ values: { holder, iban, country }, shop, shops }) => {
      // The last four say enough to whoever looks at it later.
      await shops.changeShop(shop, { payments: { holder, country, ending: iban.slice(-4) } })
      return undefined
    },
  }),
  feature({
    path: '/theme',
    step: 'theme',
    form: { theme: fields.theme },
    keep: async ({ values: { theme }, shop, shops }) => {
      await shops.changeShop(shop, { theme })
      return undefined
    },
  }),
  feature({
    path: '/products',
    step: 'product',
    form: { name: fields.name, price: fields.price },
    keep: async ({ values: { name, price }, shop, shops, context }) => {
      const key = context.req.header('idempotency-key')
      if (key !== undefined && shop.products.some((product) => product.key === key)) return undefined
      if (shop.products.length >= mostProducts) return refuse(context, 409, 'full', sayings(context).full)
      const product = { id: randomUUID(), name, priceCents: price, key }
      await shops.changeShop(shop, { products: [...shop.products, product] })
      return undefined
    },
  }),
  feature({
    path: '/domain',
    step: 'domain',
    form: { domain: fields.domain },
    keep: async ({ values: { domain }, shop, shops }) => {
      await shops.changeShop(shop, { domain })
      return undefined
    },
  }),
  feature({
    path: '/legal',
    step: 'impressum',
    form: { impressum: fields.impressum },
    keep: async ({ values: { impressum }, shop, shops }) => {
      await shops.changeShop(shop, { impressum })
      return undefined
    },
  }),
  feature({
    path: '/account/verify-email',
    step: 'email_verification',
    form: { code: fields.code },
    keep: async ({ values: { code }, person, shops, context }) => {
      if (code !== person.verificationCode) return refuseFields(context, { code: sayings(context).code })
      await shops.changePerson(person, { emailVerified: true })
      return undefined
    },
  }),
]

/** What members do in their store. Each is kept first and proved to Boardwalk then; a proof that fails can be repeated. */
export const featureRoutes = (shops: Shops, telling: Telling): Hono<Env> => {
  const app = new Hono<Env>()
  for (const { path, step, form, ownerOnly = false, keep } of features) {
    app.post(path, signedIn(shops), async (context) => {
      const person = context.get('person')
      if (ownerOnly && person.role !== 'owner')
        return refuse(context, 403, 'owner_only', sayings(context).ownerOnly)
      const values = await formOf(context, form)
      if ('refusal' in values) return values.refusal as Response
      const refusal = await keep({ values, person, shop: shops.shopOf(person), shops, context })
      if (refusal) return refusal
      return (await telling.prove(person, step))
        ? context.json(presentStore(shops, person))
        : refuse(context, 503, 'boardwalk_away', sayings(context).away)
    })
  }
  return app
}
