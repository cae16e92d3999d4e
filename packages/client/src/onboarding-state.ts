import type { Onboarding } from '@boardwalk/contract'
import type { Blocked } from './meet-gate.ts'
import type { Observe } from './observer.ts'

/** How far the client knows the person's onboarding. */
export type Phase =
  /** Nobody is signed in, or the client is not connected yet: nothing is asked. */
  | 'idle'
  /** Asked for the first time, nothing known yet. */
  | 'loading'
  /** What the server said last. */
  | 'ready'
  /** Known from before; the server does not answer now. */
  | 'stale'
  /** The server does not answer and nothing is known. */
  | 'failed'

/** Why a change did not happen. `code` is one of the contract's, or `unreached` when nobody answered. */
export type Refused = {
  readonly code: string
  /** For a log, in English; what a person reads goes by the code. */
  readonly message: string
}

/** Requests of the host that wait behind gates, as one. */
export type GuardRail = {
  /** Of the first request that was stopped. */
  readonly blocked: Blocked
  /** Of all of them, each step once, in the order in which they came. */
  readonly missingSteps: readonly string[]
}

/** What a screen shows. A new object with each change, the same while nothing changes. */
export type OnboardingState = {
  readonly phase: Phase
  readonly onboarding: Onboarding | undefined
  /** Steps whose change is on its way. */
  readonly pending: readonly string[]
  /** The last change that was refused; gone with the next that succeeds, `unreached` also once the server answers again. */
  readonly refused: Refused | undefined
  readonly guardRail: GuardRail | undefined
}

/** What became of a change. Nothing rejects. */
export type Changed = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly refused: Refused }

/** A person's onboarding, live: what screens are made on. */
export type OnboardingClient = {
  readonly getSnapshot: () => OnboardingState
  /** What a server renders; the state that the client was made with. */
  readonly getServerSnapshot: () => OnboardingState
  readonly subscribe: (listener: () => void) => () => void
  /** Reads, listens and polls until the answer is called; several connections count as one. */
  readonly connect: () => () => void
  readonly refresh: () => Promise<void>
  readonly completeStep: (id: string, metadata?: Readonly<Record<string, unknown>>) => Promise<Changed>
  readonly skipStep: (id: string, reason?: string) => Promise<Changed>
  readonly snoozeNudge: () => Promise<Changed>
  /** Within ten seconds of a snooze. */
  readonly unsnoozeNudge: () => Promise<Changed>
  readonly dismissNudge: () => Promise<Changed>
  readonly dismissGuide: () => Promise<Changed>
  readonly restoreGuide: () => Promise<Changed>
  readonly seeWelcome: () => Promise<Changed>
  readonly skipFlow: (reason?: string) => Promise<Changed>
  readonly resumeFlow: () => Promise<Changed>
  /**
   * Tells the server what only a browser sees, once for each page and step; the kit calls it by itself. It is sent once,
   * silently, and not at all when `observe` is false or the server has said that it stores none of it.
   */
  readonly observe: Observe
  /** A `fetch` whose gated requests open the guard rail, and go again once its steps are done. */
  readonly guardFetch: typeof globalThis.fetch
  /**
   * The person gives up: those who wait get their 409. With `true` the host says that what was missing is done: they go
   * again, for steps that are not among the person's own, of which no read can tell.
   */
  readonly closeGuardRail: (done?: boolean) => void
}
