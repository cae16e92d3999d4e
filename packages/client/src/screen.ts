import type { Onboarding } from '@boardwalk/contract'
import type { Tagged } from './first-paint.ts'
import type { OnboardingState } from './onboarding-state.ts'

type Part = Partial<OnboardingState>

/** What to show of what is known; `isTold` when the server has just told it. */
type Look = (known: Onboarding | undefined, isTold: boolean) => Part

/** What screens see: the state that the server told last, and whatever else there is to show. */
export const createScreen = (start: OnboardingState, seen: Tagged | undefined) => {
  let state = start
  let known = seen
  let turn = 0
  let lookOf: Look = (onboarding) => ({ onboarding })
  const listeners = new Set<() => void>()

  const set = (part: Part): void => {
    const names = Object.keys(part) as (keyof OnboardingState)[]
    if (names.every((name) => part[name] === state[name])) return
    state = { ...state, ...part }
    for (const listener of listeners) {
      try {
        listener()
      } catch {
        // One that breaks keeps nothing from the others, and does not break the host's page.
      }
    }
  }

  const look = (part?: Part, isTold = false): void => set({ ...lookOf(known?.onboarding, isTold), ...part })

  return {
    set,
    state: () => state,
    known: () => known,
    /** Grows with each answer: what was asked in an earlier turn may be older than what is known now. */
    turn: () => turn,
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Looks again, in another way from now on. */
    lookBy: (other: Look): void => {
      lookOf = other
    },
    look,
    /** The server told a state, or only that it carried a change out. */
    accept: (told: Tagged | undefined, part?: Part): void => {
      turn++
      known = told ?? known
      look({ ...(known && { phase: 'ready' }), ...part }, told !== undefined)
    },
  }
}

export type Screen = ReturnType<typeof createScreen>
