import { z } from 'zod'
import { flag, hostId, integerFrom } from './values.ts'

const completion = z.object({ flow: z.string(), stepId: z.string() })

export const completions = z.array(completion).describe('Steps that it completes.')

export const reconcileRequest = z
  .strictObject({
    dryRun: flag.optional().describe('Decides, and writes nothing.'),
    after: hostId.optional().describe('`next` of the page before.'),
    limit: integerFrom(1, 500).optional().describe('People a page; default 100.'),
  })
  .meta({ id: 'ReconcileRequest' })

export const reconciliation = z
  .object({
    people: z.int().describe('Of whom events are remembered, on this page.'),
    completed: z.int().describe('Steps that are done now (or, in a dry run, would be) and were not.'),
    next: z.string().optional().describe('Send it as `after` for the next page; absent on the last.'),
    examples: z.array(completion.extend({ userId: z.string() })).describe('Some of the steps completed.'),
  })
  .meta({ id: 'Reconciliation' })
