import type { Problem, RefusalCode } from '@boardwalk/engine'
import { z } from 'zod'

/** `title` never changes with the request; `meaning` is what the documentation says, with what to do. */
export type ErrorRow = { readonly status: number; readonly title: string; readonly meaning: string }

const refusals = {
  step_not_found: {
    status: 404,
    title: 'No such step',
    meaning:
      'The flow has no such step, or this person does not see it now. Read the onboarding for the steps there are.',
  },
  flow_not_found: {
    status: 404,
    title: 'No such flow',
    meaning: 'No flow of that name is published (or, for the team, stored). Check the name.',
  },
  not_enrolled: {
    status: 404,
    title: 'Not enrolled',
    meaning:
      'No flow lets this person in now, so there is nothing to change. Check the audience of the flows.',
  },
  role_not_allowed: {
    status: 403,
    title: 'Not for this role',
    meaning:
      'The step is restricted to other roles (`roleRestricted`). Somebody with such a role has to do it.',
  },
  step_required: {
    status: 400,
    title: 'A required step cannot be skipped',
    meaning: 'Only steps with `required: false` can be skipped. Do the step instead.',
  },
  step_already_done: {
    status: 409,
    title: 'The step is done already',
    meaning: 'A step that is done stays done; it cannot be skipped any more.',
  },
  dependency_open: {
    status: 409,
    title: 'Another step comes first',
    meaning: 'A step that this one depends on is not done yet (`locked`). Do that one first.',
  },
  proof_required: {
    status: 409,
    title: 'A click is not enough',
    meaning: 'The step is completed by an event or by the host’s server only, not from a browser.',
  },
  flow_completed: {
    status: 409,
    title: 'The flow is completed',
    meaning: 'A completed flow can be neither skipped nor resumed.',
  },
  skip_off: {
    status: 409,
    title: 'Skipping is switched off',
    meaning: 'The release of the flow lets nobody skip now (`features.skip`). Do the step instead.',
  },
  snooze_off: {
    status: 409,
    title: 'Snoozing is switched off',
    meaning: 'The release of the flow lets nobody snooze the reminder now (`features.snooze`).',
  },
  snooze_limit: {
    status: 409,
    title: 'Snoozed too often',
    meaning: 'The reminder was snoozed as often as the flow allows (`maxSnoozes`).',
  },
  snooze_past: {
    status: 400,
    title: 'A snooze into the past',
    meaning: 'The reminder can be snoozed until a moment that is to come only.',
  },
  unsnooze_late: {
    status: 409,
    title: 'Too late to undo',
    meaning: 'There is no snooze to undo, or its ten seconds are over (`undoUntil`).',
  },
  unknown_step: {
    status: 400,
    title: 'A step that no flow knows',
    meaning: 'A gate asks for a step that is in no published flow. Check the id, or publish the flow first.',
  },
  unknown_gate: {
    status: 400,
    title: 'A gate that no flow knows',
    meaning: 'No published flow declares a gate of that name. Declare it under `gates` and publish.',
  },
} as const satisfies Record<RefusalCode, ErrorRow>

const transport = {
  PRECONDITION_REQUIRED: {
    status: 409,
    title: 'A step must be done first',
    meaning:
      'A gate stopped the action. `missingStep` and `action` say what to do; afterwards the request can be repeated.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    title: 'Not available now',
    meaning: 'The answer could not be found out. Repeat after the seconds of `Retry-After`.',
  },
  malformed_json: {
    status: 400,
    title: 'Not JSON',
    meaning: 'The body cannot be read as JSON in UTF-8.',
  },
  invalid_request: {
    status: 400,
    title: 'Request not understood',
    meaning: 'Body, path or query break the contract; `problems` lists every place.',
  },
  unauthenticated: {
    status: 401,
    title: 'Who is calling?',
    meaning: 'The bearer token or API key is missing, malformed, expired or revoked.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    meaning:
      'The API key lacks the scope of this operation, or a person asks about another. Use a key that has it.',
  },
  cross_site: {
    status: 403,
    title: 'From another site',
    meaning:
      'A browser sent it for a page of another site, by the person’s session. Send it from a page of the host’s own, or with a token.',
  },
  person_erased: {
    status: 403,
    title: 'The person was erased',
    meaning: 'Tokens of an erased person are refused until the host’s server sends the person again.',
  },
  person_not_found: {
    status: 404,
    title: 'No such person',
    meaning: 'Nobody with that user id is known. Send their facts first, or check the id.',
  },
  version_not_found: {
    status: 404,
    title: 'No such version',
    meaning: 'The flow has no version of that number.',
  },
  experiment_not_found: {
    status: 404,
    title: 'No such experiment',
    meaning: 'There is no experiment of that id. `GET /api/admin/experiments` lists those there are.',
  },
  key_not_found: {
    status: 404,
    title: 'No such API key',
    meaning: 'There is no API key of that id, or it is revoked already.',
  },
  webhook_not_found: {
    status: 404,
    title: 'No such webhook',
    meaning: 'There is no webhook of that id, or it was deleted.',
  },
  delivery_not_found: {
    status: 404,
    title: 'No such delivery',
    meaning: 'The webhook has no delivery of that id, or its time in the log is over.',
  },
  erasure_key_differs: {
    status: 409,
    title: 'A list of another key',
    meaning:
      'The list of erasures was made with another key than this database has. Give back a list of the same database, made since it has its key.',
  },
  dead_letter_not_found: {
    status: 404,
    title: 'No such dead letter',
    meaning: 'There is no dead letter of that id; it may have been taken or removed meanwhile.',
  },
  route_not_found: {
    status: 404,
    title: 'No such route',
    meaning: 'Nothing is served at this path. `/openapi.json` lists what is.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path is served, but not with this method; `Allow` lists those that are.',
  },
  flag_not_found: {
    status: 404,
    title: 'No such flag',
    meaning: 'No published flow has a flag of that key. Flags are called like flows, or `FLOW.skip`.',
  },
  targeting_key_missing: {
    status: 400,
    title: 'Whose flags?',
    meaning: 'The context has no `targetingKey`. Send the user id as such.',
  },
  conflict: {
    status: 409,
    title: 'Others were faster',
    meaning: 'The same person was changed by others again and again while this request tried. Repeat it.',
  },
  stale: {
    status: 412,
    title: 'Changed meanwhile',
    meaning: 'The `If-Match` tag is not the current one. Read again, then decide again.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    meaning: 'The body is longer than this server accepts.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Media type not supported',
    meaning: 'The body must be sent as `application/json`.',
  },
  idempotency_mismatch: {
    status: 422,
    title: 'Idempotency key used before',
    meaning:
      'This `Idempotency-Key` belongs to a request with another body. Use a new key for a new request.',
  },
  invalid_flow: {
    status: 422,
    title: 'Not a flow',
    meaning: 'The document is not a correct flow; `problems` lists every place. Nothing was stored.',
  },
  invalid_experiment: {
    status: 422,
    title: 'Not an experiment',
    meaning:
      'Its parts do not fit one another, the flows there are, or what it was when it first ran; `problems` lists every place. Nothing was changed.',
  },
  url_refused: {
    status: 422,
    title: 'Not an address for a webhook',
    meaning:
      'The URL cannot be looked up, or leads to an address that is not public. Use a public one, or allow it by `BOARDWALK_WEBHOOK_ALLOW`.',
  },
  too_many_webhooks: {
    status: 409,
    title: 'Too many webhooks',
    meaning: 'There are as many webhooks as there may be. Delete one that is not needed any more.',
  },
  still_unreadable: {
    status: 422,
    title: 'Still not understood',
    meaning:
      'The record cannot be taken with the sources of now either; the message says why. Correct the sources, or remove it.',
  },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    title: 'Too many requests',
    meaning:
      'The person did it as often as one may for now; the message says which limit that is. Repeat it after the seconds of `Retry-After`.',
  },
  too_many_streams: {
    status: 429,
    title: 'Too many streams',
    meaning:
      'The person, or everybody together, has as many streams open as this process holds. Read again now and then instead, and try after the seconds of `Retry-After`.',
  },
  internal: {
    status: 500,
    title: 'Our mistake',
    meaning: 'Something unexpected went wrong. The correlation id finds it in the log.',
  },
} as const satisfies Record<string, ErrorRow>

/** Every error there is. An engine code without a row does not compile. */
export const errors = { ...refusals, ...transport } as const

export type ErrorCode = keyof typeof errors

export const errorCodes = Object.keys(errors) as [ErrorCode, ...ErrorCode[]]

export const problemType = (code: ErrorCode): string => `urn:boardwalk:problem:${code}`

const problem = z
  .object({
    path: z.string().describe('Where, e.g. `steps[2].weight`; empty for the whole.'),
    found: z.string(),
    expected: z.string(),
    message: z.string().describe('What to do, in one sentence.'),
  })
  .meta({ id: 'Problem' }) satisfies z.ZodType<Problem>

export const problemDetails = z
  .object({
    type: z.string().describe('`urn:boardwalk:problem:` and the code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    error: z.enum(errorCodes).describe('The code; decide by it, never by the texts.'),
    message: z.string().describe('The same as `detail`.'),
    correlationId: z.string(),
    problems: z.array(problem).optional(),
  })
  .meta({ id: 'ProblemDetails', description: 'Problem details (RFC 9457).' })

export type ProblemDetails = z.output<typeof problemDetails>

/** `message` reaches the caller: it may hold what they sent, never a secret or somebody else's data. */
export const problemDetailsOf = (
  code: ErrorCode,
  message: string,
  correlationId: string,
  problems?: readonly Problem[],
): ProblemDetails => {
  const { status, title } = errors[code]
  const details = {
    type: problemType(code),
    title,
    status,
    detail: message,
    error: code,
    message,
    correlationId,
  }
  return problems === undefined ? details : { ...details, problems: [...problems] }
}
