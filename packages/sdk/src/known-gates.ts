import type { GateList } from '@boardwalk/contract'
import type { AskBoardwalk } from './asked.ts'
import { refuseToStart, unknownIn, type Requirement } from './declared-routes.ts'
import type { Log } from './outcome-log.ts'

/** What Boardwalk says there is, beside what the routes of the host ask for. */
export type KnownGates = {
  /** Throws at once when Boardwalk was asked just now and nothing is called so. */
  readonly declare: (requirement: Requirement) => void
  /**
   * Rejects when a declared route asks for what there is not. When nobody can be asked it says so in the log, resolves,
   * and goes on asking; what it then finds is told in the log.
   */
  readonly start: () => Promise<void>
  /** Asks again in the background when the last answer is old. */
  readonly refresh: () => void
  /** As the flows say; undefined until they could be asked, or when none declares the gate. */
  readonly isCritical: (requirement: Requirement) => boolean | undefined
  readonly close: () => void
}

const listTimeoutMs = 5_000
const askAgainMs = 60_000
const askAgainAfterFailureMs = 1_000

export const knownGates = (
  list: AskBoardwalk['list'],
  { clock, log }: { readonly clock: () => number; readonly log: Log },
): KnownGates => {
  const declared: Requirement[] = []
  const closing = new AbortController()
  let known: GateList | undefined
  let nextAt = 0
  let asking: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const mistakes = (requirements: readonly Requirement[]): Error | undefined => {
    if (known === undefined) return undefined
    const there = known
    const unknown = [...new Set(requirements.flatMap((one) => unknownIn(one, there)))]
    return unknown.length > 0 ? refuseToStart(unknown, known) : undefined
  }

  const ask = async (): Promise<void> => {
    const answer = await list(listTimeoutMs, closing.signal)
    if (closing.signal.aborted) return
    const failed = 'kind' in answer
    nextAt = clock() + (failed ? askAgainAfterFailureMs : askAgainMs)
    if (failed) {
      const { reason, detail } = answer
      log.warn({ event: 'onboarding.gates_unknown', reason, detail })
    } else known = answer
  }

  const askOnce = (): Promise<void> => (asking ??= ask().finally(() => (asking = undefined)))

  const tellMistakes = (): void => {
    const mistake = mistakes(declared)
    if (mistake) log.error({ event: 'onboarding.gate_mistaken', detail: mistake.message })
  }

  /** A host without traffic learns all the same, and is not kept alive by it. */
  const askUntilKnown = (): void => {
    if (known !== undefined || closing.signal.aborted) return
    timer = setTimeout(() => void askOnce().then(tellMistakes).then(askUntilKnown), askAgainAfterFailureMs)
    if (typeof timer === 'object') timer.unref()
  }

  return {
    declare: (requirement) => {
      // By an old list, a route that comes late might be refused for a step that was published meanwhile.
      const mistake = clock() < nextAt ? mistakes([requirement]) : undefined
      if (mistake) throw mistake
      declared.push(requirement)
    },
    start: async () => {
      await askOnce()
      const mistake = mistakes(declared)
      if (mistake) throw mistake
      askUntilKnown()
    },
    refresh: () => {
      if (clock() < nextAt || asking !== undefined || closing.signal.aborted) return
      void askOnce().then(tellMistakes)
    },
    isCritical: (requirement) =>
      requirement.kind === 'gate'
        ? known?.gates.find(({ name }) => name === requirement.gate)?.critical
        : undefined,
    close: () => {
      closing.abort()
      clearTimeout(timer)
    },
  }
}
