import type { Context, MiddlewareHandler } from 'hono'
import { refuse, sayings } from './store-context.ts'

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined)

/** Where the browser says the request comes from; undefined when it says nothing. */
const isOwnOrigin = ({ req }: Context): boolean | undefined => {
  const site = req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = req.header('origin')
  return origin === undefined ? undefined : hostOf(origin) === hostOf(req.url)
}

const isJson = ({ req }: Context): boolean =>
  /^application\/json\s*(;|$)/i.test(req.header('content-type') ?? '')

/**
 * Other sites' pages can make a browser send our cookie with a form, never with JSON (it takes a leave that nobody is
 * given here). So what changes something must be JSON or come from our own origin, and never from another one.
 */
export const refuseCrossSite: MiddlewareHandler = async (context, next) => {
  const own = isOwnOrigin(context)
  const safe = /^(GET|HEAD|OPTIONS)$/.test(context.req.method)
  if (!safe && (own === false || (own === undefined && !isJson(context))))
    return refuse(context, 403, 'cross_site', sayings(context).crossSite)
  return next()
}
