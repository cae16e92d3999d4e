import type { Blocked, Changed, OnboardingClient, OnboardingState, Refused } from '@boardwalk/client'
import type { Onboarding } from '@boardwalk/contract'
import { standingOf } from './onboarding-of.ts'

/** A call that a component made, e.g. `['completeStep', 'payments']`. */
export type Call = readonly [verb: string, ...given: readonly unknown[]]

export type InMemoryClient = OnboardingClient & {
  readonly calls: readonly Call[]
  /** Puts the client into another state, as an answer of the server would. */
  readonly set: (state: Partial<OnboardingState>) => void
  /** The next change is refused like this. */
  readonly refuseNext: (refused: Refused) => void
  /** A request of the host is stopped at a gate. */
  readonly block: (
    missingStep: string,
    blocked?: Partial<Blocked> & { readonly missingSteps?: string[] },
  ) => void
}

export type InMemoryOptions = Partial<OnboardingState> & {
  /** Milliseconds that a change is on its way; default 0: it has happened when the promise resolves. */
  readonly delayMs?: number
}

const settled = (onboarding: Onboarding, id: string, status: 'done' | 'skipped'): Onboarding => {
  const steps = onboarding.steps.map((step) => (step.id === id ? { ...step, status } : step))
  const { remaining, ...standing } = standingOf(steps)
  return { ...onboarding, steps, ...standing, nudge: { ...onboarding.nudge, remainingSteps: remaining } }
}

const stepIdOf = (seen: unknown): unknown => (seen as { readonly stepId?: unknown } | undefined)?.stepId

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()

/** A client without a server: it does what is asked at once, and keeps what was asked. */
export const inMemoryClient = ({ delayMs = 0, ...given }: InMemoryOptions = {}): InMemoryClient => {
  let state: OnboardingState = {
    phase: given.onboarding === undefined ? 'loading' : 'ready',
    onboarding: undefined,
    pending: [],
    refused: undefined,
    guardRail: undefined,
    ...given,
  }
  const first = state
  const calls: Call[] = []
  const listeners = new Set<() => void>()
  let refusal: Refused | undefined

  const set = (change: Partial<OnboardingState>): void => {
    state = { ...state, ...change }
    const { guardRail, onboarding } = state
    const isDone = (id: string): boolean =>
      onboarding?.steps.find((step) => step.id === id)?.status === 'done'
    if (state.pending.length === 0 && guardRail?.missingSteps.every(isDone))
      state = { ...state, guardRail: undefined }
    for (const listener of listeners) listener()
  }
  const change = async (
    call: Call,
    next: (onboarding: Onboarding) => Onboarding,
    stepId?: string,
  ): Promise<Changed> => {
    calls.push(call)
    const before = state.onboarding
    set({
      pending: stepId === undefined ? state.pending : [...state.pending, stepId],
      onboarding: before && next(before),
    })
    await (delayMs > 0 ? new Promise((resolve) => setTimeout(resolve, delayMs)) : Promise.resolve())
    const pending = state.pending.filter((id) => id !== stepId)
    const refused = refusal
    refusal = undefined
    if (refused !== undefined) {
      set({ pending, refused, onboarding: before })
      return { kind: 'refused', refused }
    }
    set({ pending, refused: undefined })
    return { kind: 'done' }
  }
  const nudged =
    (nudge: (before: Onboarding['nudge']) => Partial<Onboarding['nudge']>) =>
    (onboarding: Onboarding): Onboarding => ({
      ...onboarding,
      nudge: { ...onboarding.nudge, ...nudge(onboarding.nudge) },
    })

  return {
    calls,
    set,
    refuseNext: (refused) => {
      refusal = refused
    },
    block: (missingStep, blocked = {}) => {
      const missingSteps = blocked.missingSteps ?? [missingStep]
      const standard: Blocked = {
        type: 'urn:boardwalk:problem:PRECONDITION_REQUIRED',
        title: 'A step must be done first',
        status: 409,
        detail: '',
        error: 'PRECONDITION_REQUIRED',
        message: `${missingStep} must be done first`,
        correlationId: 'test',
        missingStep,
        missingSteps,
      }
      set({ guardRail: { blocked: { ...standard, ...blocked, missingSteps }, missingSteps } })
    },
    getSnapshot: () => state,
    getServerSnapshot: () => first,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    connect: () => {
      calls.push(['connect'])
      return () => calls.push(['disconnect'])
    },
    refresh: () => {
      calls.push(['refresh'])
      return Promise.resolve()
    },
    completeStep: (id, ...metadata) =>
      change(['completeStep', id, ...metadata], (onboarding) => settled(onboarding, id, 'done'), id),
    skipStep: (id, ...reason) =>
      change(['skipStep', id, ...reason], (onboarding) => settled(onboarding, id, 'skipped'), id),
    snoozeNudge: () =>
      change(
        ['snoozeNudge'],
        nudged(({ snoozeCount, snoozeDays }) => ({
          visible: false,
          snoozeCount: snoozeCount + 1,
          snoozedUntil: inDays(snoozeDays),
        })),
      ),
    unsnoozeNudge: () =>
      change(
        ['unsnoozeNudge'],
        nudged(({ snoozeCount }) => ({ visible: true, snoozeCount: snoozeCount - 1 })),
      ),
    dismissNudge: () =>
      change(
        ['dismissNudge'],
        nudged(() => ({ visible: false })),
      ),
    dismissGuide: () => change(['dismissGuide'], (now) => ({ ...now, guide: { dismissed: true } })),
    restoreGuide: () => change(['restoreGuide'], (now) => ({ ...now, guide: { dismissed: false } })),
    seeWelcome: () => change(['seeWelcome'], (now) => ({ ...now, welcome: { seen: true } })),
    skipFlow: (...reason) => change(['skipFlow', ...reason], (now) => ({ ...now, status: 'skipped' })),
    resumeFlow: () => change(['resumeFlow'], (now) => ({ ...now, status: 'in_progress' })),
    // Once, as the server would be told; nothing is sent.
    observe: async (type, ...data) => {
      const [seen] = data
      const isTold = ([verb, other, told]: Call): boolean =>
        verb === 'observe' && other === type && stepIdOf(told) === stepIdOf(seen)
      if (!calls.some(isTold)) calls.push(['observe', type, ...data])
    },
    guardFetch: (input, init) => {
      calls.push(['guardFetch', input])
      return globalThis.fetch(input, init)
    },
    closeGuardRail: (done) => {
      // A handler gives its event along, which is no answer.
      calls.push(done === true ? ['closeGuardRail', true] : ['closeGuardRail'])
      set({ guardRail: undefined })
    },
  }
}
