import type { Policy } from '@boardwalk/engine'
import { z } from 'zod'
import { condition, text } from './flow-step.ts'
import { flowDocument } from './flow-document.ts'
import { listOf } from './lists.ts'
import { flag, integerFrom, oneOf, textUpTo, time } from './values.ts'

const versionStatus = oneOf('draft', 'active', 'deprecated')

export type VersionStatus = z.output<typeof versionStatus>

const contentHash = z
  .string()
  .describe('`sha256:` and 64 digits: the same for equal content, in whatever deployment it is stored.')

const versionFields = {
  name: z.string(),
  version: z.int(),
  status: versionStatus,
  contentHash,
  createdAt: time,
  createdBy: z.string().nullable(),
  publishedAt: time.optional(),
  publishedBy: z.string().optional(),
  reason: z.string().optional().describe('Why it was published, in the publisher’s words.'),
}

const versionSummary = z.object(versionFields).meta({ id: 'FlowVersionSummary' })

export const flowVersionDetail = z
  .object({ ...versionFields, document: flowDocument })
  .meta({ id: 'FlowVersionDetail', description: 'One version of a flow, with its document.' })

export const flowStored = z
  .object({ name: z.string(), version: z.int(), status: versionStatus, contentHash })
  .meta({ id: 'FlowStored' })

const flowSummary = z
  .object({
    name: z.string(),
    title: text.optional(),
    audience: condition.optional(),
    priority: z.int(),
    activeVersion: z.int().nullable(),
    newestVersion: z.int(),
  })
  .meta({ id: 'FlowSummary' })

export const flowList = listOf(flowSummary).meta({ id: 'FlowList' })

const policy = oneOf('move', 'pin', 'restart') satisfies z.ZodType<Policy>

const publication = z
  .object({
    version: z.int(),
    kind: oneOf('publish', 'rollback', 'deprecate'),
    at: time,
    by: z.string(),
    reason: z.string().optional(),
    policy,
    reopen: z.boolean(),
  })
  .meta({ id: 'Publication' })

export const flowDetail = flowSummary
  .extend({
    versions: z.array(versionSummary).describe('Newest first.'),
    publications: z
      .array(publication)
      .describe('Who moved the flow to which version, when and why; newest first.'),
  })
  .meta({ id: 'FlowDetail' })

const reason = textUpTo(500).optional().describe('Kept with the version and in its history.')

const carriedOver = {
  policy: policy
    .optional()
    .describe(
      'What happens to people mid-flow. `move` (default): they go on in the new version and keep what they finished. `pin`: they finish the version they are in. `restart`: they begin the new version anew; what is done for an account stays.',
    ),
  reopen: flag
    .optional()
    .describe(
      'Whoever finished is in progress again if the new version requires something they have not done. Default: they stay finished.',
    ),
}

export const publishing = z
  .strictObject({ reason, ...carriedOver }, { error: 'an object with "reason", "policy" and "reopen"' })
  .meta({ id: 'Publishing' })

const digitsOfPlace = /^[0-9]{1,18}$/

export const impactRequest = z
  .strictObject(
    {
      ...carriedOver,
      after: z
        .string({ error: '"next" of the answer before' })
        .regex(digitsOfPlace, { error: '"next" of the answer before' })
        .optional()
        .describe('`next` of the answer before.'),
      limitMs: integerFrom(1, 60_000)
        .optional()
        .describe('How long to look at people before answering what was found so far; default 10000.'),
    },
    { error: 'an object with "policy", "reopen", "after" and "limitMs"' },
  )
  .meta({ id: 'ImpactRequest' })

const people = (what: string) => z.int().describe(`How many ${what}.`)
const examples = z.array(z.string()).describe('Some of them, at most 20.')

export const impact = z
  .object({
    enrolled: people('are in the flow'),
    looked: people('this answer is about; all else in it is counted among them'),
    unchanged: people('see and may do what they do now'),
    gain: people('would see a step that they do not see now'),
    lose: people('would no longer see a step that they see now'),
    redo: people('would have a step to do again that they have done'),
    reopened: people('have finished and would be in progress again'),
    newlyCompleted: people('would be finished by it'),
    newlyBlocked: z
      .record(z.string(), z.int())
      .describe('By the name of a gate: how many it would stop that it lets pass now.'),
    percentUp: people('would see a higher percent'),
    percentDown: people('would see a lower percent'),
    examples: z.object({
      gain: examples,
      lose: examples,
      redo: examples,
      reopened: examples,
      newlyCompleted: examples,
      newlyBlocked: examples,
      percentUp: examples,
      percentDown: examples,
    }),
    next: z
      .string()
      .optional()
      .describe(
        'Send it as `after` to go on; the counts of the parts add up. Absent when all were looked at.',
      ),
  })
  .meta({ id: 'Impact', description: 'What publishing a version would mean for the people in the flow.' })

export type ImpactPart = z.output<typeof impact>

export const reasonGiven = z
  .strictObject({ reason }, { error: 'an object with "reason"' })
  .meta({ id: 'ReasonGiven' })
