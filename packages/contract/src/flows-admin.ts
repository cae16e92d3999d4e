import { z } from 'zod'
import { condition, text } from './flow-step.ts'
import { flowDocument } from './flow-document.ts'
import { listOf } from './lists.ts'
import { oneOf, textUpTo, time } from './values.ts'

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

const publication = z
  .object({
    version: z.int(),
    kind: oneOf('publish', 'rollback', 'deprecate'),
    at: time,
    by: z.string(),
    reason: z.string().optional(),
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

export const publishing = z
  .strictObject(
    {
      reason,
      policy: oneOf('move')
        .optional()
        .describe('`move`: people mid-flow keep what they finished. The only one yet.'),
    },
    { error: 'an object with "reason" and "policy"' },
  )
  .meta({ id: 'Publishing' })

export const reasonGiven = z
  .strictObject({ reason }, { error: 'an object with "reason"' })
  .meta({ id: 'ReasonGiven' })
