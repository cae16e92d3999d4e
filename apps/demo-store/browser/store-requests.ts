import type { Refusal } from '../src/store-view.ts'
import { language, words } from './texts.ts'

export type Answer<Body> =
  | { readonly kind: 'ok'; readonly body: Body }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

type Fetch = typeof globalThis.fetch
type Options = { readonly key?: string; readonly fetch?: Fetch; readonly signal?: AbortSignal }

/** For `Idempotency-Key`. Not `randomUUID()`, which browsers keep from pages over plain HTTP. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )

/**
 * A `fetch` that leaves for the sign-in page when the session has ended, and then never answers: nobody is there to tell.
 * What a person changes is carried out also when they leave the page at once.
 */
export const signedInFetch: Fetch = async (input, init) => {
  const keepalive = init?.method !== undefined && init.method !== 'GET'
  const response = await globalThis.fetch(input, { ...init, keepalive })
  if (response.status !== 401) return response
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`)
  return new Promise(() => {})
}

const refusalOf = (body: unknown): Refusal =>
  typeof body === 'object' && body !== null && 'message' in body
    ? (body as Refusal)
    : { error: 'broken', message: words.error }

/** A request to the store's own server. Never throws: a server that is away is a refusal too. */
export const askStore = async <Body>(
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  { key, fetch = signedInFetch, signal }: Options = {},
): Promise<Answer<Body>> => {
  try {
    const response = await fetch(path, {
      method,
      headers: {
        'accept-language': language,
        ...(body && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    const answer: unknown = response.status === 204 ? null : await response.json().catch(() => undefined)
    if (response.ok && answer !== undefined) return { kind: 'ok', body: answer as Body }
    return { kind: 'refused', refusal: refusalOf(answer) }
  } catch {
    return { kind: 'refused', refusal: { error: 'away', message: words.away } }
  }
}
