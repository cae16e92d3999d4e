import type { Context, Env, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { StatusCode } from 'hono/utils/http-status'
import type { Gates } from './gates.ts'
import { requirementsOf, type HostUser, type Requirements } from './requirements.ts'

export type HonoOptions<Variables extends Env> = {
  /** Who is signed in. What it throws goes to the host's error handler. */
  readonly user: (context: Context<Variables>) => HostUser | Promise<HostUser>
}

/** Gates for routes of Hono 4: `app.post('/publish', requireGate('publish'), handler)`. */
export const honoGates = <Variables extends Env = Env>(
  gates: Gates,
  { user }: HonoOptions<Variables>,
): Requirements<MiddlewareHandler<Variables>, Context<Variables>> =>
  requirementsOf<MiddlewareHandler<Variables>, Context<Variables>>(gates, (stop) => async (context, next) => {
    const { raw } = context.req
    const stopped = await stop({
      request: raw,
      own: context,
      user: await user(context),
      route: routePath(context),
      url: raw.url,
      header: (name) => context.req.header(name),
    })
    if (stopped === undefined) return next()
    // Through the context, so that headers set there before (CORS, say) are kept.
    return context.newResponse(stopped.body, stopped.status as StatusCode, { ...stopped.headers })
  })
