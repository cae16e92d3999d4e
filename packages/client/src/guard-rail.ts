import type { Onboarding } from '@boardwalk/contract'
import type { Blocked } from './meet-gate.ts'
import type { GuardRail } from './onboarding-state.ts'

type Waiting = { readonly blocked: Blocked; readonly settle: (done: boolean) => void }

/** Requests that gates have stopped, as one guard rail. `known` are the steps that the person sees so far. */
export const createRail = (
  show: (rail: GuardRail | undefined) => void,
  known: Onboarding['steps'] | undefined,
) => {
  let waiting: readonly Waiting[] = []
  let missingSteps: readonly string[] = []
  // A step of another flow is not among the person's steps either: gone is only what was there.
  const seen = new Set(known?.map(({ id }) => id))

  const keep = (those: readonly Waiting[]): void => {
    waiting = those
    missingSteps = [...new Set(those.flatMap(({ blocked }) => blocked.missingSteps))]
    show(those[0] && { blocked: those[0].blocked, missingSteps })
  }
  const settle = (done: boolean): void => {
    const all = waiting
    keep([])
    for (const one of all) one.settle(done)
  }

  return {
    /** Resolves to true when the steps are done or gone, to false when the person or the request gives up. */
    wait: (blocked: Blocked, signal: AbortSignal): Promise<boolean> =>
      new Promise((resolve) => {
        const one = { blocked, settle: resolve }
        keep([...waiting, one])
        signal.addEventListener('abort', () => {
          resolve(false)
          keep(waiting.filter((other) => other !== one))
        })
      }),
    /** What the server says of the person's steps. */
    look: (steps: Onboarding['steps']): void => {
      for (const { id } of steps) seen.add(id)
      const isOpen = (id: string): boolean => {
        const step = steps.find((one) => one.id === id)
        return step ? step.status !== 'done' : !seen.has(id)
      }
      if (!missingSteps.some(isOpen)) settle(true)
    },
    /** `done` as the host says: those who wait ask their gates again, which stay the judges. */
    close: (done?: boolean): void => settle(done === true),
  }
}
