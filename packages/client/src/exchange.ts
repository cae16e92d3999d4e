import type { Operation, OperationId, ProblemDetails } from '@boardwalk/contract'
import { within } from './deadline.ts'
import { messageOf } from './message-of.ts'

/** What became of a request. A client never throws into the page or server that uses it. */
export type Sent<Id extends OperationId = OperationId> =
  | ({
      readonly kind: 'answered'
      /** Tag of the answer, for `If-None-Match`. */
      readonly etag?: string
    } & AnswerOf<Id>)
  /** The server said no, with a problem of the contract; decide by `problem.error`. */
  | ({ readonly kind: 'refused'; readonly status: number; readonly problem: ProblemDetails } & Asked)
  /** Nobody knows: away, too slow, or something in between that is not Boardwalk. */
  | Unreached

// One operation after the other: what all of them have in common is nothing.
type AnswerOf<Id extends OperationId> = Id extends OperationId
  ? Exclude<Operation<Id>['answer'], { readonly status: 409 | 503 }>
  : never

type Asked = {
  /** So long a pause is asked for before the next try (`Retry-After` in seconds). */
  readonly retryAfterSeconds?: number
}

export type Unreached = Asked & {
  readonly kind: 'unreached'
  readonly reason: 'network' | 'timeout' | 'garbled' | 'status' | 'unsendable'
  /** What went wrong, for a log. */
  readonly detail: string
  readonly status?: number
}

const isProblem = (value: unknown): value is ProblemDetails => {
  const { error, type } = Object(value) as Partial<ProblemDetails>
  return typeof error === 'string' && type === `urn:boardwalk:problem:${error}`
}

const unreached = (
  reason: Unreached['reason'],
  detail: string,
  answer?: Asked & { readonly status?: number },
): Unreached => ({ kind: 'unreached', reason, detail, ...answer })

const jsonOf = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A problem of ours is a refusal; every other answer of 300 and above comes from something in between. */
const readAnswer = async (response: Response, isOurs: IsOurs): Promise<Sent> => {
  const { status, headers } = response
  const body = jsonOf(await response.text())
  const after = Number(headers.get('retry-after'))
  const answer = { status, ...(after > 0 && { retryAfterSeconds: after }) }
  // The 409 of a gate is an answer of its operation and a problem at once: a refusal to whoever asks for leave.
  if (status >= 400 && isProblem(body)) return { kind: 'refused', problem: body, ...answer }
  const detail = `status ${status} with a body that is not Boardwalk’s`
  const isEmpty = status === 204 || status === 304
  // In a browser, a redirect that is not followed has the status 0.
  const isElsewhere = body !== undefined && (status < 200 || (status >= 300 && !isEmpty))
  if (isElsewhere || body === undefined || !isOurs(isEmpty ? undefined : body))
    return unreached(isElsewhere ? 'status' : 'garbled', detail, answer)
  const etag = headers.get('etag')
  return { kind: 'answered', status, body, ...(etag !== null && { etag }) } as unknown as Sent
}

/** Whether a body can be the operation's; undefined is an answer without one. */
type IsOurs = (body: unknown) => boolean

/** Asks once, and reads what came of it within so many milliseconds. */
export const exchange = async (
  ask: (signal: AbortSignal) => Promise<Response>,
  timeoutMs: number,
  isOurs: IsOurs,
): Promise<Sent> => {
  try {
    return await within(
      timeoutMs,
      async (signal) => readAnswer(await ask(signal), isOurs),
      () => unreached('timeout', `no answer within ${timeoutMs} ms`),
    )
  } catch (error) {
    return unreached('network', messageOf(error))
  }
}
