import { z } from 'zod'
import { time } from './values.ts'

const projection = z
  .object({
    name: z.literal('analytics'),
    at: time.optional().describe('When the newest happening that is counted happened; absent: none is.'),
    waiting: z.int().describe('Happenings not yet counted; 1,000,000 stands for that many or more.'),
    rebuilding: z
      .boolean()
      .describe('True while history is counted anew, or for the first time: figures are not whole yet.'),
  })
  .meta({ id: 'Projection' })

export const projectionList = z.object({ items: z.array(projection) }).meta({ id: 'ProjectionList' })
