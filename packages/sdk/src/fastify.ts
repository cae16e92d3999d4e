import type { FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import type { Gates } from './gates.ts'
import { requirementsOf, type Requirements } from './requirements.ts'

export type FastifyOptions = {
  /** Who is signed in, by the host's own session. What it throws goes to the host's error handler. */
  readonly user: (request: FastifyRequest) => UserId | Promise<UserId>
}

type UserId = string | null | undefined | false

/** Gates for routes of Fastify 5: `app.post('/publish', { preHandler: requireGate('publish') }, handler)`. */
export const fastifyGates = (
  gates: Gates,
  { user }: FastifyOptions,
): Requirements<preHandlerAsyncHookHandler, FastifyRequest> =>
  requirementsOf<preHandlerAsyncHookHandler, FastifyRequest>(gates, (stop) => async (request, reply) => {
    const stopped = await stop({
      request,
      own: request,
      userId: await user(request),
      route: request.routeOptions.url ?? request.url,
      url: request.url,
      header: (name) => {
        const value = request.headers[name]
        return Array.isArray(value) ? value[0] : value
      },
    })
    if (stopped !== undefined) return reply.code(stopped.status).headers(stopped.headers).send(stopped.body)
    return undefined
  })
