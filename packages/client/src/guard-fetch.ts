import { meetGate, type OnBlocked } from './meet-gate.ts'
import { repeatable } from './repeatable.ts'

type Fetch = typeof globalThis.fetch

export type GuardFetchOptions = {
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined
  /** How often one request may open the guard rail before its 409 goes to the caller at once; default 1. */
  readonly opens?: number
}

/**
 * A `fetch` that meets the gates of the host: on a 409 of exactly Boardwalk's type it calls `onBlocked`. When that
 * resolves to true (the step is done now), the request is sent again if it was safe or carried an `Idempotency-Key`.
 * In all other cases the caller gets the 409 itself. `onBlocked` should resolve when the signal, the request's, aborts.
 */
export const guardFetch =
  (
    onBlocked: OnBlocked,
    { fetch: send = (input, init) => globalThis.fetch(input, init), opens = 1 }: GuardFetchOptions = {},
  ): Fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    const again = opens > 0 ? repeatable(request) : undefined
    const response = await send(request)
    return meetGate({ response, again, signal: request.signal, opens }, onBlocked, send)
  }
