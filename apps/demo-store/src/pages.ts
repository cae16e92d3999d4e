import { Hono, type Context } from 'hono'
import type { Pages } from './build-pages.ts'
import { languageOf } from './language.ts'
import type { Shops } from './shops.ts'
import { personOf } from './store-context.ts'

const openPages = ['/register', '/join', '/sign-in']
const helpTopics = ['email', 'payments', 'theme', 'products', 'domain', 'impressum']
const memberPages = [
  '/dashboard',
  '/store/theme',
  '/store/products/new',
  '/store/domain',
  '/store/legal',
  '/account/email',
]

const htmlIn = (context: Context, { html }: Pages, status: 200 | 404): Response => {
  context.header('Cache-Control', 'no-store')
  context.header('Vary', 'Cookie, Accept-Language')
  return context.html(html.replace('<html lang="en">', `<html lang="${languageOf(context)}">`), status)
}

/** The store's pages: one document, whose script looks at the address. */
export const pageRoutes = (shops: Shops, pages: Pages): Hono => {
  const app = new Hono()
  app.get('/', (context) => context.redirect(personOf(context, shops) ? '/dashboard' : '/register'))
  for (const path of [...openPages, ...helpTopics.map((topic) => `/help/${topic}`)])
    app.get(path, (context) => htmlIn(context, pages, 200))
  for (const path of memberPages) {
    app.get(path, (context) => {
      if (personOf(context, shops)) return htmlIn(context, pages, 200)
      const { pathname, search } = new URL(context.req.url)
      return context.redirect(`/sign-in?next=${encodeURIComponent(pathname + search)}`)
    })
  }
  for (const [path, { type, body }] of pages.assets) {
    const headers = { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' }
    app.get(path, (context) => context.body(body, 200, headers))
  }
  return app
}

export const notFoundPage = (context: Context, pages: Pages): Response => htmlIn(context, pages, 404)
