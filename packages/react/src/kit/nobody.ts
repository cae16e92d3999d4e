import type { Changed, OnboardingClient, OnboardingState } from '@boardwalk/client'

const nothing: OnboardingState = {
  phase: 'idle',
  onboarding: undefined,
  pending: [],
  refused: undefined,
  guardRail: undefined,
}
const knowsNothing = (): OnboardingState => nothing
const refuse = (): Promise<Changed> =>
  Promise.resolve({ kind: 'refused', refused: { code: 'unreached', message: '' } })
const noSubscription = (): (() => void) => noSubscription

const known: Partial<OnboardingClient> = {
  getSnapshot: knowsNothing,
  getServerSnapshot: knowsNothing,
  subscribe: noSubscription,
  connect: noSubscription,
  guardFetch: (input, init) => fetch(input, init),
}

/** Stands where there is no provider: knows nothing, refuses every change, and breaks nothing. */
export const nobody = new Proxy(known, {
  get: (_, verb) => Reflect.get(known, verb) ?? refuse,
}) as OnboardingClient
