import { Hono, type Context } from 'hono'
import type { Pages } from './build-pages.ts'
import { appearanceOf } from './appearance.ts'
import { languageOf } from './language.ts'
import type { MovableClock } from './movable-clock.ts'
import { embedded } from './page-state.ts'
import type { PersonBoardwalk } from './person-boardwalk.ts'
import { presentStore } from './present-store.ts'
import type { Shops } from './shops.ts'
import { personOf } from './store-context.ts'

const entrances = ['/register', '/join', '/sign-in']
const helpTopics = ['email', 'payments', 'theme', 'products', 'domain', 'impressum', 'integrations']
const memberPages = [
  '/dashboard',
  '/onboarding',
  '/settings',
  '/store/theme',
  '/store/products',
  '/store/products/new',
  '/store/domain',
  '/store/legal',
  '/store/integrations',
  '/account/email',
]

type Options = {
  readonly shops: Shops
  readonly pages: Pages
  readonly mine: PersonBoardwalk
  readonly clock: MovableClock
}

export type StorePages = {
  readonly routes: Hono
  readonly notFound: (context: Context) => Promise<Response>
}

/** The store's pages: one document, whose script looks at the address and at what it came with. */
export const storePages = ({ shops, pages, mine, clock }: Options): StorePages => {
  const stateOf = async (context: Context): Promise<string> => {
    const person = personOf(context, shops)
    if (person === undefined) return 'null'
    const onboarding = await mine.onboarding(context)
    return embedded({ view: presentStore(shops, person), onboarding, daysAhead: clock.daysAhead() })
  }

  const show = (context: Context, state: string, status: 200 | 404 = 200): Response => {
    const appearance = appearanceOf(context)
    const theme = appearance === undefined ? '' : ` data-theme="${appearance}"`
    context.header('Cache-Control', 'no-store')
    context.header('Vary', 'Cookie, Accept-Language')
    return context.html(
      pages.html
        .replace('<html lang="en">', `<html lang="${languageOf(context)}"${theme}>`)
        .replace(/(<script [^>]*id="page-state"[^>]*>)[^<]*/, (_, element: string) => element + state),
      status,
    )
  }

  const routes = new Hono()
  routes.get('/', (context) => context.redirect(personOf(context, shops) ? '/dashboard' : '/register'))
  for (const path of entrances) routes.get(path, (context) => show(context, 'null'))
  for (const topic of helpTopics)
    routes.get(`/help/${topic}`, async (context) => show(context, await stateOf(context)))
  for (const path of memberPages) {
    routes.get(path, async (context) => {
      if (personOf(context, shops)) return show(context, await stateOf(context))
      const { pathname, search } = new URL(context.req.url)
      return context.redirect(`/sign-in?next=${encodeURIComponent(pathname + search)}`)
    })
  }
  for (const [path, { type, body }] of pages.assets) {
    const headers = { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' }
    routes.get(path, (context) => context.body(body, 200, headers))
  }
  return { routes, notFound: async (context) => show(context, await stateOf(context), 404) }
}
