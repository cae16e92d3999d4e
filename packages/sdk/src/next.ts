import type { Gates } from './gates.ts'
import { requirementsOf, type HostUser, type Requirements } from './requirements.ts'

export type NextOptions = {
  /** Who is signed in. What it throws goes to Next's error handling. */
  readonly user: (request: Request) => HostUser | Promise<HostUser>
}

type RouteHandler<Own extends Request, Rest extends readonly unknown[]> = (
  request: Own,
  ...rest: Rest
) => Response | Promise<Response>

/** Wraps a handler of `route.ts`; what Next passes besides the request is handed on. */
export type Wrap = <Own extends Request, Rest extends readonly unknown[]>(
  handler: RouteHandler<Own, Rest>,
) => (request: Own, ...rest: Rest) => Promise<Response>

/**
 * Gates for route handlers of Next: `export const POST = requireGate('publish')(async (request) => …)`. Next does not
 * tell a handler its pattern, so give `route` when the path has parameters.
 */
export const nextGates = (gates: Gates, { user }: NextOptions): Requirements<Wrap, Request> =>
  requirementsOf<Wrap, Request>(gates, (stop) => (handler) => async (request, ...rest) => {
    const stopped = await stop({
      request,
      own: request,
      user: await user(request),
      route: undefined,
      url: request.url,
      header: (name) => request.headers.get(name) ?? undefined,
    })
    if (stopped === undefined) return handler(request, ...rest)
    return new Response(stopped.body, { status: stopped.status, headers: stopped.headers })
  })
