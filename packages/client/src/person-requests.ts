import type { Onboarding, ProblemDetails, Route } from '@boardwalk/contract'
import { exchange, type Sent } from './exchange.ts'
import { isOnboarding, type Tagged } from './first-paint.ts'
import type { Refused } from './onboarding-state.ts'
import { withRetries, type RetryOptions } from './retry.ts'
import { signedFetch, type Init, type Token } from './signed-fetch.ts'

type PersonRequestsOptions = {
  readonly url?: string
  readonly flow?: string
  readonly token?: Token
  readonly locale?: string
  readonly fetch?: typeof globalThis.fetch
  readonly timeoutMs?: number
  readonly sleep?: RetryOptions['sleep']
}

type PostId =
  | 'snoozeNudge'
  | 'unsnoozeNudge'
  | 'dismissNudge'
  | 'dismissGuide'
  | 'restoreGuide'
  | 'seeWelcome'
  | 'skipFlow'
  | 'resumeFlow'

/** Where a person changes their onboarding. */
export type ChangePath = Route<PostId>['path'] | `/api/onboarding/steps/${string}`

/** What the server said. `state` is missing when the answer holds none. */
export type Told = { readonly refused?: Refused; readonly state?: Tagged | undefined }

type Body = { readonly success?: unknown; readonly onboarding?: unknown }

const refusedBy = (sent: Sent): Refused => {
  const { problem, detail } = sent as { problem?: ProblemDetails; detail: string }
  return { code: problem?.error ?? 'unreached', message: problem?.message ?? detail }
}

/** A person's own requests. */
export const personRequests = ({
  url = '',
  flow,
  token,
  locale,
  fetch = (input, init) => globalThis.fetch(input, init),
  timeoutMs = 5000,
  sleep,
}: PersonRequestsOptions) => {
  const signed = signedFetch(fetch, token)
  const base = url.replace(/\/+$/, '')
  const search = flow === undefined ? '' : `?flow=${encodeURIComponent(flow)}`

  const ask = (path: string, init: Init, isOurs: (body: unknown) => boolean): Promise<Sent> =>
    exchange(
      (signal) =>
        signed(base + path + search, {
          ...init,
          headers: { 'accept-language': locale, ...init.headers },
          redirect: 'manual',
          signal,
        }),
      timeoutMs,
      isOurs,
    )

  return {
    read: async (known: Tagged | undefined): Promise<Told> => {
      const headers = { 'if-none-match': known?.etag }
      // An answer without a body says that nothing is new.
      const isOurs = (body: unknown = known?.onboarding): boolean => isOnboarding(body)
      const sent = await ask('/api/onboarding', { headers }, isOurs)
      if (sent.kind !== 'answered') return { refused: refusedBy(sent) }
      const onboarding = sent.body as Onboarding | null
      return { state: onboarding ? { onboarding, etag: sent.etag } : known }
    },

    /** Tried again after one second and after two, always as the same change. */
    change: async (path: ChangePath, body?: object): Promise<Told> => {
      const init = {
        method: path.includes('/steps/') ? 'PATCH' : 'POST',
        headers: {
          'content-type': body && 'application/json',
          prefer: 'return=representation',
          // Unlike randomUUID, this is there in an insecure page too.
          'idempotency-key': crypto.getRandomValues(new Uint32Array(4)).join('-'),
        },
        ...(body && { body: JSON.stringify(body) }),
      }
      const sent = await withRetries(
        () => ask(path, init, (answer) => (answer as Body | undefined)?.success === true),
        { firstPauseMs: 1000, random: () => 1, ...(sleep && { sleep }) },
      )
      if (sent.kind !== 'answered') return { refused: refusedBy(sent) }
      const { onboarding } = sent.body as Body
      return { state: isOnboarding(onboarding) ? { onboarding, etag: sent.etag } : undefined }
    },

    /** The stream that says when to read again. */
    openStream: (signal: AbortSignal): Promise<Response> =>
      signed(`${base}/api/onboarding/stream`, { headers: { accept: 'text/event-stream' }, signal }),
  }
}
