import type { FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import type { Gates } from './gates.ts'
import { requirementsOf, type HostUser, type Requirements } from './requirements.ts'

export type FastifyOptions = {
  /** Who is signed in. What it throws goes to the host's error handler. */
  readonly user: (request: FastifyRequest) => HostUser | Promise<HostUser>
}

/** Gates for routes of Fastify 5: `app.post('/publish', { preHandler: requireGate('publish') }, handler)`. */
export const fastifyGates = (
  gates: Gates,
  { user }: FastifyOptions,
): Requirements<preHandlerAsyncHookHandler, FastifyRequest> =>
  requirementsOf<preHandlerAsyncHookHandler, FastifyRequest>(gates, (stop) => async (request, reply) => {
    const stopped = await stop({
      request,
      own: request,
      user: await user(request),
      route: request.routeOptions.url,
      url: request.url,
      header: (name) => {
        const value = request.headers[name]
        return Array.isArray(value) ? value[0] : value
      },
    })
    if (stopped !== undefined) return reply.code(stopped.status).headers(stopped.headers).send(stopped.body)
    return undefined
  })
