import { z } from 'zod'
import { listOf } from './lists.ts'
import { scopeNames } from './scopes.ts'
import { lineUpTo, momentInUtc, oneOf, time } from './values.ts'

const scope = oneOf(...scopeNames)
const scopesError = 'an array of different scopes, at least one'

export const apiKeyRequest = z
  .strictObject(
    {
      name: lineUpTo(100).describe('So that people know later what the key is for.'),
      scopes: z
        .array(scope, { error: scopesError })
        .min(1, { error: scopesError })
        .max(scopeNames.length, { error: scopesError })
        .refine((scopes) => new Set(scopes).size === scopes.length, { error: scopesError }),
      expiresAt: momentInUtc.optional().describe('Absent: it does not expire.'),
    },
    { error: 'an object with "name" and "scopes"' },
  )
  .meta({ id: 'ApiKeyRequest' })

const apiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    createdAt: time,
    expiresAt: time.optional(),
  })
  .meta({ id: 'ApiKey' })

export const apiKeyMade = apiKey
  .extend({ key: z.string().describe('`bwk_…`; shown this once, stored as a hash only.') })
  .meta({ id: 'ApiKeyMade' })

export const apiKeyList = listOf(apiKey).meta({ id: 'ApiKeyList' })
