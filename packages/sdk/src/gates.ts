import { messageOf } from '@boardwalk/client'
import { inProcess, type EmbeddedBoardwalk } from './ask-in-process.ts'
import { overHttp, type RemoteBoardwalk } from './ask-over-http.ts'
import type { AskBoardwalk, Asked, AskedFor, GateQuestion } from './asked.ts'
import { createBreaker } from './breaker.ts'
import type { GateDecision } from './decision.ts'
import type { Requirement } from './declared-routes.ts'
import { isHostId } from './host-id.ts'
import { keptAnswers } from './kept-answers.ts'
import { knownGates } from './known-gates.ts'
import { outcomeLog, safely, type Log } from './outcome-log.ts'

export type GatesOptions = {
  /** `createBoardwalk()` of this process, or where Boardwalk is and the key to it. */
  readonly boardwalk: EmbeddedBoardwalk | RemoteBoardwalk
  /**
   * Milliseconds that a check may take, from 1 to 10,000; default 50. Then nobody knows: a route that is not critical
   * passes, a critical one answers 503. Longer stops fewer people for nothing, and holds more of them up in an outage.
   */
  readonly deadlineMs?: number
  /**
   * Milliseconds for which somebody who passed is let pass again without asking, also when Boardwalk is away; from 0
   * (always ask) to 60,000, the default. What is taken back meanwhile (a step that a new version asks again, a person
   * erased or moved to another account that `user` does not tell) holds that much later. Refusals are never kept.
   */
  readonly keepAllowedMs?: number
  /** Told what a person should know, e.g. each attempt let pass unchecked. A pino logger or `console` fits. Default: JSON
   * lines by `console.warn`. */
  readonly log?: Log
  /** Told each decision, for metrics of the host's own. */
  readonly onDecision?: (decision: GateDecision, route: string) => void
  /** Milliseconds that only rise, for tests. */
  readonly clock?: () => number
  /** From 0 to 1, for tests. */
  readonly random?: () => number
}

export type GateCounts = { readonly [Kind in GateDecision['kind']]: number }

// A person who asks for more at once than a page does gets 503 for the rest: they must not slow Boardwalk down until it
// misses its deadline.
const mostAtOnce = 6

/** One attempt at a gated route. */
export type Attempt = AskedFor & {
  /** Who tries, by the host's id; nothing when nobody is signed in. */
  readonly userId: string | null | undefined | false
  /** The account they act for now, when the host tells it: kept answers of another one do not count. */
  readonly account?: string | undefined
  readonly route: string
  readonly returnUrl?: string | undefined
}

/** What a gated route asks, once and for all its attempts. */
export type Guard = {
  /** At once when the answer is kept. */
  readonly decide: (attempt: Attempt) => GateDecision | Promise<GateDecision>
}

export type GuardOptions = {
  readonly requirement: Requirement
  /** Absent for a named gate: as the flows say, and true until they could be asked. */
  readonly critical: boolean | undefined
}

type Asking = { readonly userId: string; readonly account: string | undefined; readonly askedAt: number }

export type Gates = {
  /**
   * Asks Boardwalk which steps and gates there are. Rejects when a route declared so far names another one: call it
   * before listening. When Boardwalk is away it says so in the log, resolves, and goes on trying: a host must start.
   */
  readonly start: () => Promise<void>
  /** Attempts since the start, by what became of them. */
  readonly counts: () => GateCounts
  /** For adapters: checks what a route declares and answers its guard. */
  readonly guard: (options: GuardOptions) => Guard
  /** What was decided for a request of the host's framework, of several gates the weakest; a handler may ask. */
  readonly decisionOf: (request: object) => GateDecision | undefined
  /** For adapters. */
  readonly remember: (request: object, decision: GateDecision) => void
  /** Writes what the log still holds and stops trying. */
  readonly close: () => void
}

// oxlint-disable-next-line house/only-commands-print -- the host's console is the one log known to be there
const printed = (line: object): void => console.warn(JSON.stringify(line))
const consoleLog: Log = { warn: printed, error: printed }

const inRange = (name: string, value: number, least: number, most: number): number => {
  if (Number.isFinite(value) && value >= least && value <= most) return value
  throw new TypeError(`${name} is ${value}; it takes milliseconds from ${least} to ${most}.`)
}

/** The gates of a host: what its routes require, one breaker and one memory for all of them. */
export const createGates = (options: GatesOptions): Gates => {
  const { boardwalk, onDecision, clock = () => performance.now(), random = Math.random } = options
  const deadlineMs = inRange('deadlineMs', options.deadlineMs ?? 50, 1, 10_000)
  const keepMs = inRange('keepAllowedMs', options.keepAllowedMs ?? 60_000, 0, 60_000)
  const log = safely(options.log ?? consoleLog)
  const outcomes = outcomeLog(log)
  const boardwalkAsked: AskBoardwalk = 'verbs' in boardwalk ? inProcess(boardwalk) : overHttp(boardwalk)
  const breaker = createBreaker({ clock, random })
  const counts = {
    allowed: 0,
    failed_open: 0,
    failed_closed: 0,
    blocked: 0,
    anonymous: 0,
    erased: 0,
    mistake: 0,
  }
  const decisions = new WeakMap<object, GateDecision>()
  const known = knownGates(boardwalkAsked.list, { clock, log })
  const underWay = new Map<string, number>()
  let started = false

  const ask = async (question: GateQuestion, askedFor: AskedFor): Promise<Asked> => {
    if (!breaker.mayAsk())
      return { kind: 'unknown', reason: 'breaker_open', detail: 'Boardwalk did not answer before' }
    const asked = await boardwalkAsked.ask(question, askedFor, deadlineMs)
    if (asked.kind !== 'unknown') breaker.succeeded()
    // One person may be slow to decide about; an outage is slow for several.
    else breaker.failed(asked.reason === 'timeout' ? question.userId : undefined)
    return asked
  }

  const askInTurn = async (question: GateQuestion, askedFor: AskedFor): Promise<Asked> => {
    const { userId } = question
    const others = underWay.get(userId) ?? 0
    if (others >= mostAtOnce)
      return { kind: 'busy', detail: `${others} questions about the person are under way` }
    underWay.set(userId, others + 1)
    try {
      return await ask(question, askedFor)
    } finally {
      const left = (underWay.get(userId) ?? 1) - 1
      if (left > 0) underWay.set(userId, left)
      else underWay.delete(userId)
    }
  }

  const warnUnstarted = (): void => {
    if (started) return
    started = true
    const detail = 'call start() before listening, or a mistake in a route shows only when somebody comes'
    log.warn({ event: 'onboarding.gates_not_started', detail })
  }

  const listenerFailed = (error: unknown): void =>
    log.error({ event: 'onboarding.gate_listener_failed', detail: messageOf(error) })

  const told = (decision: GateDecision, route: string): GateDecision => {
    counts[decision.kind] += 1
    if (decision.kind === 'failed_open') boardwalkAsked.countFailedOpen(route)
    if (decision.kind === 'failed_open' || decision.kind === 'failed_closed') {
      const { reason, detail } = decision
      outcomes.tell('warn', { event: `onboarding.gate_${decision.kind}`, route, reason, detail })
    }
    if (decision.kind === 'mistake') {
      const { detail } = decision
      outcomes.tell('error', { event: 'onboarding.gate_mistaken', route, reason: 'mistake', detail })
    }
    if (onDecision === undefined) return decision
    try {
      const listened: unknown = onDecision(decision, route)
      // One that is async would end the host's process by a rejection that nobody handles.
      Promise.resolve(listened).catch(listenerFailed)
    } catch (error) {
      listenerFailed(error)
    }
    return decision
  }

  const guard = ({ requirement, critical }: GuardOptions): Guard => {
    known.declare(requirement)
    const kept = keptAnswers({ keepMs, clock })
    const asks = requirement.kind === 'gate' ? { gate: requirement.gate } : { steps: [...requirement.steps] }
    const isCritical = (): boolean => critical ?? known.isCritical(requirement) ?? true

    const decisionOn = (asked: Asked, { userId, account, askedAt }: Asking): GateDecision => {
      switch (asked.kind) {
        case 'allowed':
          kept.keep(userId, askedAt, account)
          return { kind: 'allowed', ageMs: 0 }
        case 'unknown': {
          const { reason, detail } = asked
          return { kind: isCritical() ? 'failed_closed' : 'failed_open', reason, detail }
        }
        case 'busy':
          return { kind: 'failed_closed', reason: 'busy', detail: asked.detail }
        default:
          return asked
      }
    }

    const askAbout = async (userId: string, attempt: Attempt): Promise<GateDecision> => {
      warnUnstarted()
      if (!breaker.isOpen()) known.refresh()
      const { account, route, returnUrl, acceptLanguage, correlationId } = attempt
      const question: GateQuestion = {
        userId,
        ...asks,
        route,
        ...(critical !== undefined && { critical }),
        ...(requirement.flow !== undefined && { flow: requirement.flow }),
        ...(returnUrl !== undefined && { returnUrl }),
      }
      const askedAt = clock()
      const asked = await askInTurn(question, { acceptLanguage, correlationId })
      return told(decisionOn(asked, { userId, account, askedAt }), route)
    }

    return {
      decide: (attempt) => {
        const { userId, account, route } = attempt
        if (userId === undefined || userId === null || userId === false || userId === '')
          return told({ kind: 'anonymous' }, route)
        const ageMs = kept.ageOf(userId, account)
        if (ageMs !== undefined) return told({ kind: 'allowed', ageMs }, route)
        // An id that Boardwalk would refuse must not pass when Boardwalk is away.
        return isHostId(userId)
          ? askAbout(userId, attempt)
          : told({ kind: 'mistake', detail: 'the user id is not a text of 1 to 255 bytes' }, route)
      },
    }
  }

  return {
    start: () => {
      started = true
      return known.start()
    },
    counts: () => ({ ...counts }),
    guard,
    decisionOf: (request) => decisions.get(request),
    remember: (request, decision) => {
      // Of several gates on a route, the one that could not be checked is what a handler must know of.
      const before = decisions.get(request)
      if (before === undefined || before.kind === 'allowed') decisions.set(request, decision)
    },
    close: () => {
      known.close()
      outcomes.flush()
    },
  }
}
