import { randomUUID } from 'node:crypto'
import { Hono, type Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { pictures } from './choices.ts'
import { fields } from './fields.ts'
import { languageOf, rememberLanguage } from './language.ts'
import { presentStore } from './present-store.ts'
import type { Person, Shop, Shops } from './shops.ts'
import {
  endSession,
  formOf,
  personOf,
  refuse,
  refuseFields,
  sayings,
  sessionCookie,
  startSession,
} from './store-context.ts'
import type { Telling } from './telling.ts'
import type { Texts } from './texts.ts'

const { name, email, role, market, plan, invite, language } = fields

const demoPricesCents = [3200, 1850, 2400]

const demoProducts = ({ demoProducts: names }: Texts): Shop['products'] =>
  names.map((product, index) => ({
    id: randomUUID(),
    name: product,
    priceCents: demoPricesCents[index] ?? 1000,
    picture: pictures[index],
  }))

/** Who comes and goes. A demo: an e-mail address is enough to sign in, as the page says. */
export const registrationRoutes = (shops: Shops, telling: Telling): Hono => {
  const app = new Hono()

  const shopInviting = (code: unknown): Shop | undefined =>
    typeof code === 'string' ? shops.shopByInvitation(code.trim()) : undefined

  const welcome = async (context: Context, person: Person, status: 200 | 201): Promise<Response> => {
    await shops.signOut(getCookie(context, sessionCookie) ?? '')
    startSession(context, await shops.signIn(person))
    rememberLanguage(context, person.language)
    return context.json(presentStore(shops, person), status)
  }

  /** Every problem at once: those of the form, and an invitation that no store has given. */
  const newcomerOf = async (context: Context) => {
    const asked = await formOf(context, { role })
    const opens = 'refusal' in asked || asked.role === 'owner'
    const form = opens
      ? { name, email, role, market, plan }
      : { name, email, role, invite: { ...invite, read: shopInviting } }
    return formOf(context, form)
  }

  app.post('/register', async (context) => {
    const form = await newcomerOf(context)
    if ('refusal' in form) return form.refusal
    const words = sayings(context)
    const place =
      'invite' in form ? form.invite : { market: form.market, plan: form.plan, products: demoProducts(words) }
    const newcomer = { name: form.name, email: form.email, role: form.role, language: languageOf(context) }
    const person = await shops.register(newcomer, place)
    if (person === undefined) {
      const link = `/sign-in?email=${encodeURIComponent(form.email)}`
      return refuse(context, 409, 'email_taken', words.emailTaken, { link })
    }
    // When Boardwalk is away the store goes on: it vouches for the facts again with every later request.
    await telling.tell(person)
    return welcome(context, person, 201)
  })

  app.post('/sign-in', async (context) => {
    const form = await formOf(context, { email })
    if ('refusal' in form) return form.refusal
    const person = shops.personByEmail(form.email)
    return person === undefined
      ? refuseFields(context, { email: sayings(context).emailUnknown })
      : welcome(context, person, 200)
  })

  app.post('/sign-out', async (context) => {
    await shops.signOut(getCookie(context, sessionCookie) ?? '')
    endSession(context)
    return context.body(null, 204)
  })

  app.post('/language', async (context) => {
    const form = await formOf(context, { language })
    if ('refusal' in form) return form.refusal
    rememberLanguage(context, form.language)
    const person = personOf(context, shops)
    if (person && person.language !== form.language) {
      const changed = await shops.changePerson(person, { language: form.language })
      await telling.tellAgain(changed)
    }
    return context.json({ language: form.language })
  })

  return app
}
