import type { Onboarding, ProblemDetails, Route } from '@boardwalk/contract'
import { exchange, type Sent } from './exchange.ts'
import { isOnboarding, type Tagged } from './first-paint.ts'
import type { Refused } from './onboarding-state.ts'
import { signedFetch, type Init, type Token } from './signed-fetch.ts'

type PersonRequestsOptions = {
  readonly url?: string
  readonly flow?: string
  readonly token?: Token
  readonly locale?: string
  readonly fetch: typeof globalThis.fetch
  readonly timeoutMs?: number
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

type Below<Path> = Path extends `/api/onboarding/${infer Rest}` ? Rest : never

/** Where a person changes their onboarding, below `/api/onboarding/`. */
export type ChangePath = Below<Route<PostId>['path']> | `steps/${string}`

/** What the server said. `state` is missing when the answer holds none. */
type Told = { readonly refused?: Refused; readonly state?: Tagged | undefined }

/** Why it was not answered. */
export const refusedBy = (sent: Sent): Refused => {
  const { problem, detail } = sent as { problem?: ProblemDetails; detail: string }
  return { code: problem?.error ?? 'unreached', message: problem?.message ?? detail }
}

/** A person's own requests. */
export const personRequests = ({
  url = '',
  flow,
  token,
  locale,
  fetch,
  timeoutMs = 5000,
}: PersonRequestsOptions) => {
  const signed = signedFetch(fetch, token)
  const address = `${url.replace(/\/+$/, '')}/api/onboarding`
  const search = flow === undefined ? '' : `?flow=${encodeURIComponent(flow)}`

  const open = (path: string, init: Init): Promise<Response> => signed(address + path, init)
  const ask = (path: string, init: Init, isOurs: (body: unknown) => boolean): Promise<Sent> =>
    exchange(
      (signal) =>
        open(path + search, {
          ...init,
          headers: { 'accept-language': locale, ...init.headers },
          redirect: 'manual',
          signal,
        }),
      timeoutMs,
      isOurs,
    )

  return {
    /** Without an end to the waiting, for a stream. */
    open,
    ask,
    read: async (known: Tagged | undefined): Promise<Told> => {
      const headers = { 'if-none-match': known?.etag }
      // An answer without a body says that nothing is new.
      const sent = await ask('', { headers }, (body = known?.onboarding) => isOnboarding(body))
      if (sent.kind !== 'answered') return { refused: refusedBy(sent) }
      const onboarding = sent.body as Onboarding | null
      return { state: onboarding ? { onboarding, etag: sent.etag } : known }
    },
  }
}

export type PersonRequests = ReturnType<typeof personRequests>
