import type { Onboarding } from '@boardwalk/contract'
import type { Tagged } from './first-paint.ts'
import type { OnboardingState, Refused } from './onboarding-state.ts'
import type { Apply } from './optimistic.ts'

/** A change that shows before the server has told the state that it came to. */
export type Shown = {
  readonly step: string | undefined
  readonly apply: Apply
  /** It happened; shown until a state is told that holds it. */
  isAcknowledged?: boolean
}

type Part = Partial<OnboardingState>

const applied = (onboarding: Onboarding, { apply }: Shown): Onboarding => {
  try {
    return apply(onboarding)
  } catch {
    // A state that lacks what the contract promises is shown as it is.
    return onboarding
  }
}

/** What screens see: the state that the server told last, and on top of it the changes that it does not hold yet. */
export const createScreen = (start: OnboardingState, seen: Tagged | undefined) => {
  let state = start
  let known = seen
  let turn = 0
  let changes: readonly Shown[] = []
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

  const show = (those: readonly Shown[], part?: Part): void => {
    changes = those
    const pending = those.flatMap(({ step, isAcknowledged }) => (isAcknowledged ? [] : (step ?? [])))
    set({
      onboarding: known && those.reduce(applied, known.onboarding),
      pending: pending[0] === undefined ? start.pending : [...new Set(pending)],
      ...part,
    })
  }

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
    add: (change: Shown) => show([...changes, change]),
    drop: (change: Shown, refused: Refused) => {
      const others = changes.filter((other) => other !== change)
      show(others, { refused })
    },
    /** The server told a state, or only that it carried a change out. */
    accept: (told: Tagged | undefined, part?: Part): void => {
      turn++
      known = told ?? known
      show(told ? changes.filter(({ isAcknowledged }) => !isAcknowledged) : changes, {
        ...(known && { phase: 'ready' }),
        ...part,
      })
    },
  }
}
