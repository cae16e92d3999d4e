import type { Request, RequestHandler } from 'express'
import type { Gates } from './gates.ts'
import { requirementsOf, type Requirements } from './requirements.ts'

export type ExpressOptions = {
  /** Who is signed in, by the host's own session. What it throws goes to the host's error handler. */
  readonly user: (request: Request) => UserId | Promise<UserId>
}

type UserId = string | null | undefined | false

const routeOf = ({ baseUrl, route, path }: Request): string => {
  const pattern: unknown = (route as { path?: unknown } | undefined)?.path
  return `${baseUrl}${typeof pattern === 'string' ? pattern : path}`
}

/** Gates for routes of Express 5: `app.post('/publish', requireGate('publish'), handler)`. */
export const expressGates = (gates: Gates, { user }: ExpressOptions): Requirements<RequestHandler, Request> =>
  requirementsOf<RequestHandler, Request>(gates, (stop) => async (request, response, next) => {
    const stopped = await stop({
      request,
      own: request,
      userId: await user(request),
      route: routeOf(request),
      url: request.originalUrl,
      header: (name) => request.get(name),
    })
    if (stopped === undefined) return next()
    response.status(stopped.status).set(stopped.headers).end(stopped.body)
  })
