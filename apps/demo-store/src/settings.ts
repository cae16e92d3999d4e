import { Hono } from 'hono'
import { fields } from './fields.ts'
import type { MovableClock } from './movable-clock.ts'
import { presentStore } from './present-store.ts'
import type { Shops } from './shops.ts'
import { formOf, signedIn, type Env } from './store-context.ts'
import type { Telling } from './telling.ts'

/** What people set for themselves; and the clock of the demo, which is everybody’s. */
export const settingsRoutes = (shops: Shops, telling: Telling, clock: MovableClock): Hono<Env> => {
  const app = new Hono<Env>()

  app.post('/account/name', signedIn(shops), async (context) => {
    const form = await formOf(context, { name: fields.name })
    if ('refusal' in form) return form.refusal
    const person = await shops.changePerson(context.get('person'), { name: form.name })
    // Not told now, it is told with the next language, or at the next start.
    await telling.tellAgain(person)
    return context.json(presentStore(shops, person))
  })

  app.post('/clock', signedIn(shops), async (context) => {
    const form = await formOf(context, { days: fields.days })
    if ('refusal' in form) return form.refusal
    clock.setAhead(form.days)
    return context.json({ daysAhead: clock.daysAhead() })
  })

  return app
}
