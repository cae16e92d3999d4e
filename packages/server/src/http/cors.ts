import type { MiddlewareHandler } from 'hono'
import { operationIds, operationRow } from '@boardwalk/contract'

/** All that pages of other origins may call: what is for the person. */
export const personPaths = ['/api/onboarding/*', '/ofrep/*']

export type CorsOptions = {
  /** Compared letter by letter; there are no patterns to get wrong. */
  readonly origins: readonly string[]
  /** Whether browsers may send cookies along: only where the host tells people apart by them. */
  readonly credentials: boolean
}

const methods = new Set(
  operationIds
    .map(operationRow)
    .filter(({ caller }) => caller.kind === 'person' || caller.kind === 'either')
    .map(({ method }) => method.toUpperCase()),
)

const ofPreflight = {
  'access-control-allow-methods': [...methods].join(', '),
  'access-control-allow-headers':
    'authorization, content-type, if-match, if-none-match, idempotency-key, prefer, x-correlation-id, accept-language',
  // Two hours are the most that browsers keep it.
  'access-control-max-age': '7200',
}

const ofAnswer = {
  'access-control-expose-headers':
    'etag, retry-after, ratelimit, ratelimit-policy, x-correlation-id, preference-applied',
}

/** Lets pages of these origins read the answers; for all others it is as if there was no CORS. */
export const cors = ({ origins, credentials }: CorsOptions): MiddlewareHandler => {
  const known = new Set(origins)
  return async (context, next) => {
    const origin = context.req.header('origin')
    const preflight =
      context.req.method === 'OPTIONS' && context.req.header('access-control-request-method') !== undefined
    if (preflight) context.res = new Response(null, { status: 204 })
    else await next()
    const { headers } = context.res
    // Also for callers without an origin: what a cache keeps of theirs is not for a page.
    headers.append('vary', 'origin')
    if (origin === undefined || !known.has(origin)) return
    headers.set('access-control-allow-origin', origin)
    if (credentials) headers.set('access-control-allow-credentials', 'true')
    for (const [name, value] of Object.entries(preflight ? ofPreflight : ofAnswer)) headers.set(name, value)
  }
}
