import { z } from 'zod'
import { listOf, listQuery } from './lists.ts'
import { digits, hostId, lineUpTo, momentInUtc, oneOf, time } from './values.ts'

const hashError = 'a SHA-256 in 64 hexadecimal digits'
const hash = z.string({ error: hashError }).regex(/^[0-9a-f]{64}$/, { error: hashError })

export const auditQuery = listQuery.extend({
  action: lineUpTo(64)
    .optional()
    .describe('Only these: the id of an operation, or of what happens by itself.'),
  actor: lineUpTo(100).optional().describe('Only of this one, such as `key:first`.'),
  userId: hostId.optional().describe('Only what was done to this person, since they were last erased.'),
  since: momentInUtc.optional().describe('Only from this moment on.'),
  until: momentInUtc.optional().describe('Only before this moment.'),
})

const auditItem = z
  .object({
    seq: z.int().describe('Its place in the chain.'),
    id: z.string(),
    at: time,
    actor: z
      .string()
      .describe(
        '`key:` and the id of the key, `key:first`, `person` (by their own token), `host` (its own process), or `system`.',
      ),
    action: z.string(),
    target: z
      .object({ kind: z.string(), id: z.string().optional() })
      .optional()
      .describe('Never a person’s id.'),
    subject: z
      .string()
      .optional()
      .describe('Of a person: a random id, which nothing leads back from once they are erased.'),
    outcome: z
      .enum(['done', 'refused', 'failed', 'unknown'])
      .describe(
        '`refused`: nothing was changed. `failed`: it may have been. `unknown`: it is under way, or the process died meanwhile.',
      ),
    status: z.int().optional().describe('What was answered.'),
    correlationId: z.string().optional(),
    hash: z.string().describe('Of the entry that says that it began, as 64 hexadecimal digits.'),
  })
  .meta({ id: 'AuditItem' })

export const auditList = listOf(auditItem).meta({ id: 'AuditList' })

/** An end of the chain that somebody wrote down outside. */
export const anchorQuery = z.strictObject({
  seq: digits(999_999_999).optional().describe('With `hash`: whether the entry at this place has it still.'),
  hash: hash.optional(),
})

export const auditVerified = z
  .object({
    ok: z.boolean(),
    entries: z.int().describe('How many were checked.'),
    head: z.object({ seq: z.int(), hash: z.string() }).describe('The end of the chain, to keep elsewhere.'),
    purgedTo: z.int().optional().describe('The entries up to this one were too old, and are gone.'),
    broken: z
      .object({
        seq: z.int().describe('The first entry that is not as it was.'),
        how: oneOf('changed', 'missing', 'unlinked', 'beyond_head', 'anchor').describe(
          '`changed`: its hash does not fit what it says. `missing`: it is not there. `unlinked`: it does not follow the one before it. `beyond_head`: the chain ends before it. `anchor`: it is not the one that the given hash is of.',
        ),
      })
      .optional(),
  })
  .meta({ id: 'AuditVerified' })
