import { z } from 'zod'
import type { ErrorCode } from './errors.ts'
import type { Limit } from './limits.ts'
import type { Scope } from './scopes.ts'
import { lineUpTo } from './values.ts'

/** Who may call: nobody in particular, the person themselves, a server with a key of that scope, or either of the last two. */
export type Caller =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'person' }
  | { readonly kind: 'server'; readonly scope: Scope }
  | { readonly kind: 'either'; readonly scope: Scope }

/** Whether the audit log tells of it. */
export type Audited =
  /** What it is done to: a kind, and the parameters of the path, or else fields of the answer, that name it. Whom, `userId` says. */
  | { readonly target: string; readonly namedBy?: readonly string[] }
  /** Why it changes something and is not in there. */
  | { readonly not: string }

/** Headers that an operation may read. `X-Correlation-Id` is read by all. */
export const headers = {
  'Accept-Language': z.string().max(1000).describe('Locales for texts, best first.'),
  'If-Match': lineUpTo(200).describe(
    '`ETag` of what the change is based on (the onboarding; the newest version of a flow; its release); another current one answers 412.',
  ),
  'If-None-Match': lineUpTo(1000).describe('`ETag` of the answer at hand; 304 when it still holds.'),
  'Idempotency-Key': lineUpTo(255).describe(
    'The same key with the same body is carried out once, and answered alike.',
  ),
  Prefer: z
    .string()
    .max(1000)
    .describe(
      '`return=representation` (RFC 7240): the answer also has the whole `onboarding`, and says so in `Preference-Applied`.',
    ),
  'X-Correlation-Id': z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/)
    .describe('Answered, logged and stored with what happens; made when absent or malformed.'),
} as const

export type HeaderName = keyof typeof headers

export type OperationRow = {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** `{name}` marks a parameter, declared in `parameters.path`. */
  readonly path: string
  readonly summary: string
  readonly caller: Caller
  /** Required of all that a server calls to change something. */
  readonly audit?: Audited
  readonly parameters: { readonly path?: z.ZodObject; readonly query?: z.ZodObject }
  readonly body?: z.ZodType
  /** What else may be sent, by media type; `body` is of `application/json`. */
  readonly otherBodies?: { readonly [mediaType: string]: z.ZodType }
  /** A body that may be left out altogether; it then counts as `{}`. */
  readonly bodyOptional?: true
  /** Of the answers with a body; `application/json` when absent. */
  readonly mediaType?: string
  /** Status → body; null is an answer without one. Errors come on top. */
  readonly answers: { readonly [status: number]: z.ZodType | null }
  /** What else a 200 may be, by media type; which one, `Accept` and `format` say. */
  readonly otherAnswers?: { readonly [mediaType: string]: z.ZodType }
  /** What its problem documents look like, where they say more than `problemDetails`. */
  readonly problem?: z.ZodType
  /** What can go wrong here in particular; `errorsOf` adds what can go wrong everywhere. */
  readonly errors: readonly ErrorCode[]
  readonly headers?: readonly HeaderName[]
  /** How often a person may do this besides making any request; of several, the body says which. */
  readonly limits?: readonly Limit[]
}

/** The limits that a person's call counts against. A server with a key is not limited. */
export const limitsOf = ({
  caller,
  limits = [],
}: Pick<OperationRow, 'caller' | 'limits'>): readonly Limit[] =>
  caller.kind === 'person' || caller.kind === 'either' ? ['requests', ...limits] : []

const ofPerson = [
  'unauthenticated',
  'cross_site',
  'person_erased',
  'conflict',
  'SERVICE_UNAVAILABLE',
] as const
const ofServer = ['unauthenticated', 'forbidden', 'SERVICE_UNAVAILABLE'] as const

const ofCaller: Record<Caller['kind'], readonly ErrorCode[]> = {
  anyone: [],
  person: ofPerson,
  server: ofServer,
  either: [...ofPerson, ...ofServer],
}

/** All that an operation can refuse with. */
export const errorsOf = (row: OperationRow): ErrorCode[] => {
  const takes =
    row.parameters.path !== undefined || row.parameters.query !== undefined || row.body !== undefined
  const codes = new Set<ErrorCode>([...row.errors, ...ofCaller[row.caller.kind], 'internal'])
  if (takes) codes.add('invalid_request')
  if (limitsOf(row).length > 0) codes.add('RATE_LIMIT_EXCEEDED')
  if (row.body)
    for (const code of ['malformed_json', 'body_too_large', 'unsupported_media_type'] as const)
      codes.add(code)
  if (row.headers?.includes('If-Match')) codes.add('stale')
  if (row.headers?.includes('Idempotency-Key')) codes.add('idempotency_mismatch')
  return [...codes]
}
