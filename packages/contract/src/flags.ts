import type { Flag } from '@boardwalk/engine'
import { z } from 'zod'
import { problemDetails, type ErrorCode } from './errors.ts'
import { factFields } from './person.ts'
import { hostId, oneOf } from './values.ts'

const { account: _, ...facts } = factFields

// What a host's own hooks put into the context beside it is nobody's mistake.
const context = z
  .object(
    {
      targetingKey: hostId
        .exactOptional()
        .describe('The user id. Without it nothing is evaluated (`TARGETING_KEY_MISSING`).'),
      ...facts,
    },
    { error: 'an object with "targetingKey"' },
  )
  .describe(
    'Who it is about. What else it says counts only where a server asks, and nothing is known of the person.',
  )

export const evaluationRequest = z
  .object({ context }, { error: 'an object with "context"' })
  .meta({ id: 'EvaluationRequest' })

export const flag = z
  .object({
    key: z.string(),
    value: z
      .union([z.boolean(), z.string()])
      .describe('Of a flow whether it is on, of an experiment the id of the arm.'),
    variant: z.string(),
    reason: oneOf('STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED'),
    metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'Flag', description: 'What a flag is for one person.' }) satisfies z.ZodType<Flag>

export const flags = z.object({ flags: z.array(flag) }).meta({ id: 'Flags' })

const codes = {
  malformed_json: 'PARSE_ERROR',
  invalid_request: 'INVALID_CONTEXT',
  targeting_key_missing: 'TARGETING_KEY_MISSING',
  flag_not_found: 'FLAG_NOT_FOUND',
} as const satisfies { readonly [Code in ErrorCode]?: string }

/** What an error of ours is called in OpenFeature. */
export const evaluationErrorOf = (code: ErrorCode): string =>
  Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : 'GENERAL'

export const evaluationFailed = problemDetails
  .extend({
    key: z.string().optional().describe('Of the flag that was asked for.'),
    errorCode: oneOf('PARSE_ERROR', 'INVALID_CONTEXT', 'TARGETING_KEY_MISSING', 'FLAG_NOT_FOUND', 'GENERAL'),
    errorDetails: z.string().describe('The same as `detail`.'),
  })
  .meta({ id: 'EvaluationFailed', description: 'Problem details, with what OFREP says of an error.' })
