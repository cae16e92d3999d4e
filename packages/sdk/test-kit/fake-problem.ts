import type { ErrorCode, ProblemDetails } from '@boardwalk/contract'

export type Problem = NonNullable<ProblemDetails['problems']>[number]

/** The codes that the fake answers by itself, as the contract's table has them. */
const rows = {
  unknown_step: { status: 400, title: 'A step that no flow knows' },
  unknown_gate: { status: 400, title: 'A gate that no flow knows' },
  malformed_json: { status: 400, title: 'Not JSON' },
  invalid_request: { status: 400, title: 'Request not understood' },
  step_required: { status: 400, title: 'A required step cannot be skipped' },
  unauthenticated: { status: 401, title: 'Who is calling?' },
  forbidden: { status: 403, title: 'Not allowed' },
  person_erased: { status: 403, title: 'The person was erased' },
  step_not_found: { status: 404, title: 'No such step' },
  flow_not_found: { status: 404, title: 'No such flow' },
  person_not_found: { status: 404, title: 'No such person' },
  route_not_found: { status: 404, title: 'No such route' },
  PRECONDITION_REQUIRED: { status: 409, title: 'A step must be done first' },
  conflict: { status: 409, title: 'Others were faster' },
  unsupported_media_type: { status: 415, title: 'Media type not supported' },
  internal: { status: 500, title: 'Our mistake' },
  SERVICE_UNAVAILABLE: { status: 503, title: 'Not available now' },
} as const satisfies { [Code in ErrorCode]?: { status: number; title: string } }

export type FakeCode = keyof typeof rows

/** An expected "no", as a value. */
export type Refusal = {
  readonly refused: FakeCode
  readonly message: string
  readonly problems?: readonly Problem[]
}

export type Answer = { readonly status: number; readonly body: object } | Refusal

/** What goes over the wire. */
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A text is sent as it is, anything else as JSON. */
  readonly body: unknown
}

export const isFakeCode = (code: string): code is FakeCode => Object.hasOwn(rows, code)

/** The code that a status is answered with when nobody names one. */
export const codeOfStatus = (status: number): FakeCode =>
  (Object.keys(rows) as FakeCode[]).find((code) => rows[code].status === status) ?? 'internal'

export const problemDetails = (
  error: FakeCode,
  message: string,
  correlationId: string,
  problems?: readonly Problem[],
): ProblemDetails => ({
  type: `urn:boardwalk:problem:${error}`,
  ...rows[error],
  detail: message,
  error,
  message,
  correlationId,
  ...(problems && { problems: [...problems] }),
})

export const problemHeaders = (status: number): Record<string, string> => ({
  'content-type': 'application/problem+json',
  ...(status === 401 && { 'www-authenticate': 'Bearer' }),
  ...(status === 503 && { 'retry-after': '1' }),
})

export const replyOf = (answer: Answer, correlationId: string): Reply => {
  if ('refused' in answer) {
    const body = problemDetails(answer.refused, answer.message, correlationId, answer.problems)
    return { status: body.status, headers: problemHeaders(body.status), body }
  }
  const headers = answer.status === 409 ? problemHeaders(409) : { 'content-type': 'application/json' }
  return { ...answer, headers }
}
