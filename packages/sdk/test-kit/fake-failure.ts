import { codeOfStatus, isFakeCode, problemDetails, problemHeaders, type Reply } from './fake-problem.ts'

/** How everything is answered from now on, whoever asks and whatever for. */
export type FakeFailure =
  | { readonly kind: 'none' }
  /** This status; the body is problem details of the code unless another is given (a text is sent as it is). */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly code?: string
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  /** 200 with a body that is called JSON and is not, as broken proxies answer. */
  | { readonly kind: 'garbage' }
  /** 200 with JSON of another shape. */
  | { readonly kind: 'wrong' }
  /** The request is taken and never answered. */
  | { readonly kind: 'silence' }
  /** The connection is closed instead of an answer. */
  | { readonly kind: 'hangUp' }

const json = { 'content-type': 'application/json' }

type Status = Extract<FakeFailure, { kind: 'status' }>

const statusReply = (failure: Status, correlationId: string): Reply => {
  const { status, code = codeOfStatus(failure.status), headers } = failure
  if (failure.body !== undefined) {
    const type = typeof failure.body === 'string' ? { 'content-type': 'text/plain' } : json
    return { status, headers: { ...type, ...headers }, body: failure.body }
  }
  const known = isFakeCode(code) ? code : codeOfStatus(status)
  const problem = problemDetails(known, `The fake was told to answer ${status}.`, correlationId)
  return {
    status,
    headers: { ...problemHeaders(status), ...headers },
    // A code that is not in the table is one of a later Boardwalk.
    body: { ...problem, type: `urn:boardwalk:problem:${code}`, error: code, status },
  }
}

/** What to answer instead; `undefined`: nothing fails, or there is no answer at all. */
export const failedReply = (failure: FakeFailure, correlationId: string): Reply | undefined => {
  if (failure.kind === 'status') return statusReply(failure, correlationId)
  if (failure.kind === 'garbage') return { status: 200, headers: json, body: '<html>It works!' }
  if (failure.kind === 'wrong') return { status: 200, headers: json, body: {} }
  return undefined
}
