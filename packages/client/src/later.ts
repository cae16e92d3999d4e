import { createChanges, type Change, type House } from './changes.ts'
import { createRail } from './guard-rail.ts'
import { goLive } from './live.ts'
import { meetGate, type Met, type OnBlocked } from './meet-gate.ts'
import type { OnboardingOptions } from './onboarding-options.ts'
import type { Changed } from './onboarding-state.ts'
import { createObserver } from './observer.ts'
import type { Tell } from './tab-group.ts'

type LaterOptions = House & {
  readonly options: OnboardingOptions & { readonly pollMs: number; readonly fetch: typeof globalThis.fetch }
}

/** What a page can do without until it is painted, in one piece: changes, the guard rail, and hearing of news. */
export const createLater = (house: LaterOptions) => {
  const { options, screen, requests, refresh } = house
  const { tabs = 'boardwalk', url, storageKey } = options
  const rail = createRail((guardRail) => screen.set({ guardRail }), screen.known()?.onboarding.steps)
  const make = createChanges(house)
  let tell: Tell | undefined
  let left: AbortSignal | undefined

  const onBlocked: OnBlocked = async (blocked, signal) => {
    // Without a connection there is no screen that could show it.
    if (left?.aborted !== false) return false
    const waiting = rail.wait(blocked, signal)
    void refresh()
    return waiting
  }

  return {
    rail,
    observe: createObserver(requests.ask, options.observe),
    change: async (change: Change): Promise<Changed> => {
      const changed = await make(change)
      // Also when it was refused: nobody may have heard the answer of one that was carried out.
      tell?.('changed')
      return changed
    },
    /** A request of the host's that may have been stopped by a gate. */
    meet: async (met: Met): Promise<Response> => {
      // While this was loaded, before anybody read why it was stopped.
      met.signal.throwIfAborted()
      return meetGate(met, onBlocked, options.fetch)
    },
    goLive: (leaving: AbortSignal): void => {
      left = leaving
      tell = goLive(
        options,
        tabs && `${tabs} ${url} ${storageKey}`,
        leaving,
        (signal) => requests.open('/stream', { headers: { accept: 'text/event-stream' }, signal }),
        () => screen.state().phase === 'ready',
        refresh,
      )
      leaving.addEventListener('abort', () => {
        tell = undefined
        // Nobody is there to close it.
        rail.close()
      })
    },
  }
}

export type Later = ReturnType<typeof createLater>
