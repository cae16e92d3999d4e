import type { GateBlocked } from '@boardwalk/contract'

/** The 409 of a gate: which step is missing, its text, and the way to it. */
export type Blocked = GateBlocked

type Fetch = typeof globalThis.fetch

export type GuardFetchOptions = {
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** How often one request may open the guard rail before its 409 goes to the caller at once; default 1. */
  readonly opens?: number
}

const blockedOf = async (response: Response): Promise<Blocked | undefined> => {
  if (response.status !== 409 || !response.headers.get('content-type')?.includes('application/problem+json'))
    return undefined
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as Blocked | null
  return body?.type === 'urn:boardwalk:problem:PRECONDITION_REQUIRED' ? body : undefined
}

/** What may be sent a second time without doing a thing twice. */
const isRepeatable = ({ method, headers }: Request): boolean =>
  method === 'GET' || method === 'HEAD' || headers.has('idempotency-key')

/**
 * A `fetch` that meets the gates of the host: on a 409 of exactly Boardwalk's type it calls `onBlocked`. When that
 * resolves to true (the step is done now), the request is sent again if it was safe or carried an `Idempotency-Key`.
 * In all other cases the caller gets the 409 itself. `onBlocked` should resolve when the signal, the request's, aborts.
 */
export const guardFetch =
  (
    onBlocked: (blocked: Blocked, signal: AbortSignal) => Promise<boolean>,
    { fetch: send = (input, init) => globalThis.fetch(input, init), opens = 1 }: GuardFetchOptions = {},
  ): Fetch =>
  async (input, init) => {
    let request = new Request(input, init)
    for (let opened = 0; ; opened++) {
      const { signal } = request
      const again = isRepeatable(request) && opened < opens ? request.clone() : undefined
      const response = await send(request)
      const blocked = opened < opens ? await blockedOf(response) : undefined
      if (blocked === undefined) return response
      signal.throwIfAborted()
      const done = await Promise.resolve(blocked)
        .then((one) => onBlocked(one, signal))
        .catch(() => false)
      signal.throwIfAborted()
      if (!done || again === undefined) return response
      request = again
    }
  }
