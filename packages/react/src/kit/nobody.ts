import type { Changed, OnboardingClient, OnboardingState } from '@boardwalk/client'

const nothing: OnboardingState = {
  phase: 'idle',
  onboarding: undefined,
  pending: [],
  refused: undefined,
  guardRail: undefined,
}
const knowsNothing = (): OnboardingState => nothing
const never = (): (() => void) => never
const refuse = async (): Promise<Changed> => ({
  kind: 'refused',
  refused: { code: 'unreached', message: '' },
})

const known: Readonly<Record<string | symbol, unknown>> = {
  getSnapshot: knowsNothing,
  getServerSnapshot: knowsNothing,
  subscribe: never,
}

/** Stands where there is no provider: knows nothing, refuses every change, and breaks nothing. */
export const nobody = new Proxy(known, {
  get: (_, verb) => known[verb] ?? refuse,
}) as unknown as OnboardingClient
