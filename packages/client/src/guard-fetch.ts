import type { GateBlocked } from '@boardwalk/contract'

/** The 409 of a gate: which step is missing, its text, and the way to it. */
export type Blocked = GateBlocked

type Fetch = typeof globalThis.fetch

const blockedType = 'urn:boardwalk:problem:PRECONDITION_REQUIRED'

const blockedOf = async (response: Response): Promise<Blocked | undefined> => {
  if (response.status !== 409 || !response.headers.get('content-type')?.includes('application/problem+json'))
    return undefined
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  return typeof body === 'object' && body !== null && 'type' in body && body.type === blockedType
    ? (body as Blocked)
    : undefined
}

/** What may be sent a second time without doing a thing twice. */
const isRepeatable = ({ method, headers }: Request): boolean =>
  method === 'GET' || method === 'HEAD' || headers.has('idempotency-key')

/**
 * A `fetch` that meets the gates of the host: on a 409 of exactly Boardwalk's type it calls `onBlocked`. When that
 * resolves to true (the step is done now), the request is sent again if it was safe or carried an `Idempotency-Key`.
 * In all other cases the caller gets the 409 itself.
 */
export const guardFetch =
  (
    onBlocked: (blocked: Blocked) => Promise<boolean>,
    { fetch: send = (input, init) => globalThis.fetch(input, init) }: { readonly fetch?: Fetch } = {},
  ): Fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    const again = isRepeatable(request) ? request.clone() : undefined
    const response = await send(request)
    const blocked = await blockedOf(response)
    if (blocked === undefined) return response
    const done = await Promise.resolve(blocked)
      .then(onBlocked)
      .catch(() => false)
    return done && again !== undefined ? send(again) : response
  }
