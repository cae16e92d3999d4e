import { z } from 'zod'
import { listOf } from './lists.ts'
import { digits, time } from './values.ts'

const deadLetter = z
  .object({
    id: z.string(),
    source: z
      .string()
      .describe('Where it came from, e.g. `kafka:integration.created/0/17`: topic, partition and offset.'),
    reason: z.string().describe('Why it could not be taken.'),
    at: time,
    userId: z.string().optional().describe('Whom it is about, if that could be read.'),
    payload: z.string().nullable().describe('What came, as text; null for a record without a value.'),
    encoding: z.enum(['text', 'base64']).describe('`base64` where it is no text in UTF-8.'),
    truncated: z.boolean().describe('It was too long to be kept whole, so it cannot be taken again.'),
    tries: z.int().describe('How often it was taken again in vain.'),
  })
  .meta({ id: 'DeadLetter', description: 'A record that could not be taken.' })

export const deadLetterPath = z.strictObject({ id: digits(999_999_999) })

export const deadLetterFull = deadLetter
  .extend({
    headers: z
      .array(z.object({ name: z.string(), value: z.string(), encoding: z.enum(['text', 'base64']) }))
      .describe('As they came, in order.'),
  })
  .meta({ id: 'DeadLetterWithHeaders' })

export const deadLetterList = listOf(deadLetter).meta({ id: 'DeadLetterList' })

export const deadLetterTaken = z
  .object({ outcome: z.enum(['applied', 'duplicate']) })
  .meta({ id: 'DeadLetterTaken', description: 'It was taken this time, and is no dead letter any more.' })
