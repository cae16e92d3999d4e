import type { Onboarding } from '@boardwalk/contract'
import type { Refused } from './onboarding-state.ts'
import type { Token } from './signed-fetch.ts'

export type OnboardingOptions = {
  /** Where Boardwalk is, with the prefix it is mounted under if any; in a browser the page's own origin by default. */
  readonly url?: string
  /** Name of the flow; absent: the one that the server chooses for the person. */
  readonly flow?: string
  /** The person's token, without `Bearer`. Asked before the first request and again once after a 401; kept between. */
  readonly token?: Token
  /** false: nobody is signed in. Nothing is asked, the phase stays `idle`, and `guardFetch` is plain `fetch`. Default true. */
  readonly enabled?: boolean
  /** Language of the texts (BCP 47), sent as `Accept-Language`; default what the browser sends. */
  readonly locale?: string
  /**
   * State that the host's server has read for this page: `ready` at once, and no request on connecting. It is read
   * again at the stream's first message, the first focus, or the first poll, whichever comes first.
   */
  readonly initial?: Onboarding
  /** For Boardwalk's requests and for those of `guardFetch`; default the global one of the moment. */
  readonly fetch?: typeof globalThis.fetch
  /** Told of each failed read and each refused change, once per distinct code and message. */
  readonly onError?: (refused: Refused) => void
  /**
   * Where to keep what was seen last, for the first paint of the next visit, e.g. `localStorage`. It shows as `stale`
   * until the server answers; it is not in `getServerSnapshot`. Default none.
   */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
  /** Whose it is: with a person's id in it nobody is shown what another saw in this browser. Default `boardwalk`. */
  readonly storageKey?: string
  /** Hears of changes at once by a stream of the server; false: by polling alone. Default true. */
  readonly stream?: boolean
  /** Milliseconds between polls while no stream is there and the page is visible; default 30,000, at least 1,000. */
  readonly pollMs?: number
  /**
   * Name of the tabs (of the same `url` and `storageKey`) that share one stream and tell each other of changes. Different
   * people in different tabs need different names. null: every tab for itself. Default `boardwalk`.
   */
  readonly tabs?: string | null
  /**
   * Whether the server is told what only a browser sees: that the guide was viewed, the nudge shown, a step started. It
   * stores that with the person's consent only; once it says that it does not, this client tells nothing more. Default true.
   */
  readonly observe?: boolean | undefined
  /** Milliseconds until a request is given up; default 5,000. */
  readonly timeoutMs?: number
  /** Milliseconds since 1970; for tests. */
  readonly clock?: () => number
  /** From 0 to 1, draws the pauses before the stream is opened again; for tests. */
  readonly random?: () => number
  /** Pauses between tries; for tests. */
  readonly sleep?: (ms: number) => Promise<void>
}
