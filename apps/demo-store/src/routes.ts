import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import type { Gates } from '@boardwalk/sdk'
import type { Boardwalk } from '@boardwalk/server'
import type { MovableClock } from './movable-clock.ts'
import type { Pages } from './build-pages.ts'
import { refuseCrossSite } from './cross-site.ts'
import { featureRoutes } from './features.ts'
import { storePages } from './pages.ts'
import { messageRoutes } from './messages.ts'
import { personBoardwalk } from './person-boardwalk.ts'
import { integrationRoutes } from './integrations.ts'
import { presentStore } from './present-store.ts'
import { registrationRoutes } from './registration.ts'
import { sellingRoutes } from './selling.ts'
import { settingsRoutes } from './settings.ts'
import type { Shops } from './shops.ts'
import { refuse, sayings, sessionCookie, signedIn, type Env } from './store-context.ts'
import type { StoreEvents } from './store-events.ts'
import type { Log } from './store.ts'
import { createTelling } from './telling.ts'

export type RoutesOptions = {
  readonly shops: Shops
  readonly pages: Pages
  readonly boardwalk: Boardwalk
  readonly gates: Gates
  readonly events: StoreEvents
  /** Of the store's own webhook. */
  readonly hookSecret: () => string | undefined
  readonly log: Log
  /** The store's own, which is the real one. */
  readonly realClock: () => number
  /** Boardwalk's. */
  readonly clock: MovableClock
}

const mostBytes = 16 * 1024

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    objectSrc: ["'none'"],
    // No text may become markup or script, however it got into the page.
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'same-origin',
  // The demo is served over plain HTTP, on the machine of whoever tries it.
  strictTransportSecurity: false,
})

const limited = bodyLimit({
  maxSize: mostBytes,
  onError: (context) => refuse(context, 413, 'too_large', sayings(context).tooLarge),
})

/** Boardwalk knows people of the store by the cookie too, which other sites must not make use of. */
const guarded: MiddlewareHandler = (context, next) =>
  getCookie(context, sessionCookie) !== undefined && context.req.header('authorization') === undefined
    ? refuseCrossSite(context, next)
    : next()

// The contract's limit too. What was made with a key is kept with it.
const mostKeyCharacters = 255

const shortKeyed: MiddlewareHandler = async (context, next) => {
  const length = context.req.header('idempotency-key')?.length ?? 1
  return length > 0 && length <= mostKeyCharacters
    ? next()
    : refuse(context, 400, 'invalid_key', sayings(context).key)
}

const isPage = ({ req }: Context): boolean =>
  /^(GET|HEAD)$/.test(req.method) &&
  !req.path.startsWith('/api/') &&
  !(req.header('accept') ?? '').includes('application/json')

/** The store's own routes and pages; what is not the store's goes to Boardwalk, on the same origin. */
export const storeRoutes = ({
  shops,
  pages,
  boardwalk,
  gates,
  events,
  hookSecret,
  log,
  realClock,
  clock,
}: RoutesOptions): Hono<Env> => {
  const telling = createTelling({ verbs: boardwalk.verbs, shops, log })
  const app = new Hono<Env>()

  app.onError((error, context) => {
    log.error({ event: 'store.error', err: error })
    return refuse(context, 500, 'broken', sayings(context).broken)
  })
  app.use(headers)

  const own = [
    '/api/register',
    '/api/sign-in',
    '/api/sign-out',
    '/api/language',
    '/api/store',
    '/api/store/*',
  ]
  for (const path of own) app.use(path, limited, refuseCrossSite, shortKeyed)
  app.route('/api', registrationRoutes(shops, telling))
  app.get('/api/store', signedIn(shops), (context) =>
    context.json(presentStore(shops, context.get('person')), 200, { 'Cache-Control': 'no-store' }),
  )
  app.route('/api/store', featureRoutes(shops, telling))
  app.route('/api/store', integrationRoutes({ shops, telling, events }))
  app.route('/', messageRoutes({ shops, secret: hookSecret, clock, log }))
  app.route('/api/store', sellingRoutes({ shops, telling, gates, clock: realClock }))
  app.route('/api/store', settingsRoutes(shops, telling, clock))
  for (const path of own) {
    app.all(path, (context) => refuse(context, 404, 'not_found', sayings(context).notFound))
  }

  const mine = personBoardwalk(boardwalk, shops, telling)
  const show = storePages({ shops, pages, mine, clock })
  app.route('/', show.routes)
  app.all('*', guarded, async (context) => {
    const response = await mine.answer(context, context.req.raw)
    return response.status === 404 && isPage(context) ? show.notFound(context) : response
  })
  return app
}
