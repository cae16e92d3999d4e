import { messageOf, within } from '@boardwalk/client'
import type { GateAllowed, GateBlocked, GateList } from '@boardwalk/contract'
import { meaningOfAnswer, meaningOfCode, unknownOf } from './asked.ts'
import type { AskBoardwalk, Asked, AskedFor, GateQuestion, Unknown } from './asked.ts'

/** What gates need of `createBoardwalk()` in the host's own process. Its errors carry a `code` of the contract. */
export type EmbeddedBoardwalk = {
  readonly verbs: {
    readonly checkGate: (question: GateQuestion, askedFor: AskedFor) => Promise<GateAllowed | GateBlocked>
    readonly listGates: () => Promise<GateList>
    readonly countFailedOpen: (route: string) => void
  }
}

const meaningOfError = (error: unknown): Asked => {
  const detail = messageOf(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  // An error without a code of ours is a fault of the engine's: it may be provoked, so it never opens.
  return typeof code === 'string' ? meaningOfCode(code, detail) : { kind: 'busy', detail }
}

const late = (timeoutMs: number) => (): Unknown => ({
  kind: 'unknown',
  reason: 'timeout',
  detail: `no answer within ${timeoutMs} ms`,
})

export const inProcess = ({ verbs }: EmbeddedBoardwalk): AskBoardwalk => {
  const ask = async (question: GateQuestion, askedFor: AskedFor): Promise<Asked> => {
    try {
      const verdict = await verbs.checkGate(question, askedFor)
      return 'missingStep' in verdict ? { kind: 'blocked', blocked: verdict } : meaningOfAnswer(verdict)
    } catch (error) {
      return meaningOfError(error)
    }
  }
  return {
    ask: (question, askedFor, timeoutMs) => within(timeoutMs, () => ask(question, askedFor), late(timeoutMs)),
    list: (timeoutMs) =>
      within(
        timeoutMs,
        () => verbs.listGates().catch((error: unknown) => unknownOf(meaningOfError(error))),
        late(timeoutMs),
      ),
    countFailedOpen: (route) => verbs.countFailedOpen(route),
  }
}
