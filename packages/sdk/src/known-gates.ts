import type { GateList } from '@boardwalk/contract'
import type { AskBoardwalk } from './asked.ts'
import { refuseToStart, unknownIn, type Requirement } from './declared-routes.ts'
import type { Log } from './outcome-log.ts'

/** What Boardwalk says there is, beside what the routes of the host ask for. */
export type KnownGates = {
  /** Throws at once when Boardwalk was asked already and no flow has that. */
  readonly declare: (requirement: Requirement) => void
  /** Rejects when a declared route asks for what no flow has; resolves, with a line in the log, when nobody could be asked. */
  readonly start: () => Promise<void>
  /** Asks again in the background when the last answer is old. */
  readonly refresh: () => void
  /** As the flows say; undefined until they could be asked, or when none declares the gate. */
  readonly isCritical: (requirement: Requirement) => boolean | undefined
}

const listTimeoutMs = 5_000
const askAgainMs = 60_000
const askAgainAfterFailureMs = 1_000

export const knownGates = (
  list: AskBoardwalk['list'],
  { clock, log }: { readonly clock: () => number; readonly log: Log },
): KnownGates => {
  const declared: Requirement[] = []
  let known: GateList | undefined
  let nextAt = 0
  let asking: Promise<void> | undefined

  const mistakes = (requirements: readonly Requirement[]): Error | undefined => {
    if (known === undefined) return undefined
    const there = known
    const unknown = [...new Set(requirements.flatMap((one) => unknownIn(one, there)))]
    return unknown.length > 0 ? refuseToStart(unknown, known) : undefined
  }

  const ask = async (): Promise<void> => {
    const answer = await list(listTimeoutMs)
    const failed = 'kind' in answer
    nextAt = clock() + (failed ? askAgainAfterFailureMs : askAgainMs)
    if (failed) {
      const { reason, detail } = answer
      log.warn({ event: 'onboarding.gates_unknown', reason, detail })
    } else known = answer
  }

  const askOnce = (): Promise<void> => (asking ??= ask().finally(() => (asking = undefined)))

  return {
    declare: (requirement) => {
      const mistake = mistakes([requirement])
      if (mistake) throw mistake
      declared.push(requirement)
    },
    start: async () => {
      await askOnce()
      const mistake = mistakes(declared)
      if (mistake) throw mistake
    },
    refresh: () => {
      if (clock() < nextAt || asking !== undefined) return
      void askOnce().then(() => {
        const mistake = mistakes(declared)
        if (mistake) log.error({ event: 'onboarding.gate_mistaken', detail: mistake.message })
      })
    },
    isCritical: (requirement) =>
      requirement.kind === 'gate'
        ? known?.gates.find(({ name }) => name === requirement.gate)?.critical
        : undefined,
  }
}
