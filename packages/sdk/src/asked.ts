import type { Unreached } from '@boardwalk/client'
import type { ErrorCode, GateAllowed, GateBlocked, GateList, ProblemDetails } from '@boardwalk/contract'

/** What a route asks of Boardwalk about one attempt. */
export type GateQuestion = {
  readonly userId: string
  readonly steps?: string[]
  readonly gate?: string
  readonly route: string
  /** Absent: as the flows say of the gate. */
  readonly critical?: boolean
  readonly flow?: string
  readonly returnUrl?: string
}

/** What the answer is told in, and found again by. */
export type AskedFor = { readonly acceptLanguage?: string | undefined; readonly correlationId: string }

/** Why nobody knows whether somebody may pass. */
export type UnknownReason =
  | 'timeout'
  | 'network'
  | 'garbled'
  | 'status'
  | 'unavailable'
  | 'key_refused'
  | 'breaker_open'

/** What asking came to. Only `unknown` may ever open a gate: no user can bring it about by what they send. */
export type Asked =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'blocked'; readonly blocked: GateBlocked }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason; readonly detail: string }
  /** Boardwalk is there and could not answer this one: asked again, it may. */
  | { readonly kind: 'busy'; readonly detail: string }
  | { readonly kind: 'erased' }
  /** The question itself is wrong: a step that no flow knows, an id that is none. */
  | { readonly kind: 'mistake'; readonly detail: string }

export type Unknown = Extract<Asked, { kind: 'unknown' }>

/** For questions about no attempt: whatever the trouble, nothing is known. */
export const unknownOf = (asked: Asked): Unknown =>
  asked.kind === 'unknown'
    ? asked
    : { kind: 'unknown', reason: 'unavailable', detail: 'detail' in asked ? asked.detail : asked.kind }

/** Boardwalk as the gates need it, in this process or over HTTP. Never throws. */
export type AskBoardwalk = {
  readonly ask: (question: GateQuestion, askedFor: AskedFor, timeoutMs: number) => Promise<Asked>
  readonly list: (timeoutMs: number, signal: AbortSignal) => Promise<GateList | Unknown>
  /** Boardwalk's own metrics count an attempt that was let pass unchecked. */
  readonly countFailedOpen: (route: string) => void
}

type Meaning = Exclude<Asked['kind'], 'allowed' | 'blocked'>

// What is not listed is a mistake, and a mistake never opens.
const meanings: { readonly [Code in ErrorCode]?: readonly [Meaning, UnknownReason?] } = {
  SERVICE_UNAVAILABLE: ['unknown', 'unavailable'],
  unauthenticated: ['unknown', 'key_refused'],
  forbidden: ['unknown', 'key_refused'],
  route_not_found: ['unknown', 'status'],
  method_not_allowed: ['unknown', 'status'],
  // A user can bring these about, by racing with themselves or by what the engine trips over.
  conflict: ['busy'],
  internal: ['busy'],
  person_erased: ['erased'],
}

const meant = (kind: Meaning, detail: string, reason: UnknownReason = 'status'): Asked => {
  if (kind === 'unknown') return { kind, reason, detail }
  return kind === 'erased' ? { kind } : { kind, detail }
}

/** What an error of the contract means for a gate. */
export const meaningOfCode = (code: string, detail: string): Asked => {
  const [kind, reason] = (Object.hasOwn(meanings, code) && meanings[code as ErrorCode]) || [
    'mistake' as const,
  ]
  return meant(kind, `${code}: ${detail}`, reason)
}

export const meaningOfAnswer = (answer: GateAllowed): Asked =>
  answer.reason === undefined
    ? { kind: 'allowed' }
    : { kind: 'unknown', reason: 'unavailable', detail: `Boardwalk let pass: ${answer.reason}` }

export const isBlocked = (problem: ProblemDetails | GateBlocked): problem is GateBlocked =>
  problem.error === 'PRECONDITION_REQUIRED' &&
  'missingStep' in problem &&
  typeof problem.missingStep === 'string'

// From something between us and Boardwalk. A user who sends too much of something can provoke a 400 or 431, who asks too
// often a 429, and who sends what a firewall dislikes a 403; a 500 may be an evaluation that failed.
const outages = new Set([401, 404, 405, 407, 408, 421, 502, 503, 504])

export const meaningOfUnreached = ({ reason, detail, status }: Unreached): Asked => {
  // What cannot even be sent was asked wrongly.
  if (reason === 'unsendable') return { kind: 'mistake', detail }
  const isOutage = status === undefined || status < 400 || outages.has(status)
  if (isOutage) return { kind: 'unknown', reason, detail }
  return status === 403 || status === 429 || status >= 500
    ? { kind: 'busy', detail }
    : { kind: 'mistake', detail }
}
