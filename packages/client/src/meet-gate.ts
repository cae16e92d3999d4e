import type { GateBlocked } from '@boardwalk/contract'

/** The 409 of a gate: which step is missing, its text, and the way to it. */
export type Blocked = GateBlocked

/** Resolves to true when the step is done now. */
export type OnBlocked = (blocked: Blocked, signal: AbortSignal) => Promise<boolean>

export type Met = {
  readonly response: Response
  /** What to send once the step is done; undefined when that could do a thing twice. */
  readonly again: Request | undefined
  /** Of the request: nobody waits for it any more. */
  readonly signal: AbortSignal
  /** How often the guard rail may still open before the 409 goes to the caller. */
  readonly opens: number
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

/** The answer for the caller: this one, or when a gate stopped the request and was opened the one that it then got. */
export const meetGate = async (
  { response, again, signal, opens }: Met,
  onBlocked: OnBlocked,
  send: (request: Request) => Promise<Response>,
): Promise<Response> => {
  const blocked = opens > 0 ? await blockedOf(response) : undefined
  if (blocked === undefined) return response
  signal.throwIfAborted()
  const done = await Promise.resolve(blocked)
    .then((one) => onBlocked(one, signal))
    .catch(() => false)
  signal.throwIfAborted()
  if (!done || again === undefined) return response
  const copy = again.clone()
  return meetGate({ response: await send(again), again: copy, signal, opens: opens - 1 }, onBlocked, send)
}
