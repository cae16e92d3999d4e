import { z } from 'zod'
import { listOf } from './lists.ts'
import { roleNames } from './roles.ts'
import { scopeNames } from './scopes.ts'
import { lineUpTo, momentInUtc, oneOf, time } from './values.ts'

const scope = oneOf(...scopeNames)
const role = oneOf(...roleNames)
const scopesError = 'an array of different scopes, at least one'
const keyError = 'an object with "name", and "role" or "scopes" or both'

export const apiKeyRequest = z
  .strictObject(
    {
      name: lineUpTo(100).describe('So that people know later what the key is for.'),
      role: role
        .optional()
        .describe('All that the role may do, also what comes with later versions of Boardwalk.'),
      scopes: z
        .array(scope, { error: scopesError })
        .min(1, { error: scopesError })
        .max(scopeNames.length, { error: scopesError })
        .refine((scopes) => new Set(scopes).size === scopes.length, { error: scopesError })
        .optional()
        .describe('What the key may do, besides what its role may.'),
      expiresAt: momentInUtc
        .optional()
        .describe('A time to come. Absent: it does not expire, or when the key does that makes it.'),
    },
    { error: keyError },
  )
  .refine((key) => key.role !== undefined || key.scopes !== undefined, { error: keyError })
  .meta({ id: 'ApiKeyRequest' })

const apiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    // Keys of a later version may have others.
    role: z.string().optional(),
    scopes: z.array(z.string()).describe('Besides those of the role.'),
    createdAt: time,
    expiresAt: time.optional(),
  })
  .meta({ id: 'ApiKey' })

export const apiKeyMade = apiKey
  .extend({ key: z.string().describe('`bwk_…`; shown this once, stored as a hash only.') })
  .meta({ id: 'ApiKeyMade' })

export const apiKeyList = listOf(apiKey).meta({ id: 'ApiKeyList' })
