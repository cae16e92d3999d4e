import type { Request, RequestHandler } from 'express'
import type { Gates } from './gates.ts'
import { requirementsOf, type HostUser, type Requirements } from './requirements.ts'

export type ExpressOptions = {
  /** Who is signed in. What it throws goes to the host's error handler. */
  readonly user: (request: Request) => HostUser | Promise<HostUser>
}

/** A text, a regular expression, or several of them. */
const patternOf = ({ route }: Request): string | undefined => {
  const path: unknown = (route as { path?: unknown } | undefined)?.path
  return path === undefined ? undefined : [path].flat().map(String).join(' | ')
}

/** Gates for routes of Express 5: `app.post('/publish', requireGate('publish'), handler)`. */
export const expressGates = (gates: Gates, { user }: ExpressOptions): Requirements<RequestHandler, Request> =>
  requirementsOf<RequestHandler, Request>(gates, (stop) => async (request, response, next) => {
    const stopped = await stop({
      request,
      own: request,
      user: await user(request),
      route: patternOf(request),
      url: request.originalUrl,
      header: (name) => request.get(name),
    })
    if (stopped === undefined) return next()
    response.status(stopped.status).set(stopped.headers).end(stopped.body)
  })
