import { createRequests, routeOf } from '@boardwalk/client'
import { isBlocked, meaningOfAnswer, meaningOfCode, meaningOfUnreached, unknownOf } from './asked.ts'
import type { AskBoardwalk } from './asked.ts'

/** A Boardwalk of its own process, reached over HTTP. */
export type RemoteBoardwalk = {
  /** Where it is, with the prefix it is mounted under if any, e.g. `http://127.0.0.1:4000`. */
  readonly url: string
  /** API key, or how to get the one of the moment. A key that is refused is tried again and again. */
  readonly apiKey: string | (() => string)
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch
}

const checkGate = routeOf('checkGate', 'post', '/api/gates/check')
const listGates = routeOf('listGates', 'get', '/api/gates')

export const keyOf = ({ apiKey }: RemoteBoardwalk): string => (typeof apiKey === 'string' ? apiKey : apiKey())

export const overHttp = (remote: RemoteBoardwalk): AskBoardwalk => {
  const { url, fetch } = remote
  const { send } = createRequests({
    url,
    authorization: () => `Bearer ${keyOf(remote)}`,
    ...(fetch && { fetch }),
  })
  return {
    ask: async (question, { acceptLanguage, correlationId }, timeoutMs) => {
      const headers = { 'x-correlation-id': correlationId, 'accept-language': acceptLanguage }
      const sent = await send(checkGate, { body: question, headers, timeoutMs })
      if (sent.kind === 'unreached') return meaningOfUnreached(sent)
      if (sent.kind === 'refused') {
        const { problem } = sent
        return isBlocked(problem)
          ? { kind: 'blocked', blocked: problem }
          : meaningOfCode(problem.error, problem.message)
      }
      // Whatever else answers 200 at this address is not Boardwalk.
      const isOurs = sent.status === 200 && (sent.body as { allowed?: unknown } | null)?.allowed === true
      return isOurs
        ? meaningOfAnswer(sent.body)
        : { kind: 'unknown', reason: 'garbled', detail: 'an answer that is not a gate’s' }
    },
    list: async (timeoutMs, signal) => {
      const sent = await send(listGates, { timeoutMs, signal })
      if (sent.kind === 'unreached') return unknownOf(meaningOfUnreached(sent))
      if (sent.kind === 'refused') return unknownOf(meaningOfCode(sent.problem.error, sent.problem.message))
      return (['gates', 'steps', 'flows'] as const).every((part) => Array.isArray(sent.body[part]))
        ? sent.body
        : { kind: 'unknown', reason: 'garbled', detail: 'an answer that is not a list of gates' }
    },
    // The one that cannot be reached cannot count either.
    countFailedOpen: () => {},
  }
}
