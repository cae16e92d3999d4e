import { z } from 'zod'
import { digits, lineUpTo } from './values.ts'

/** Query of every list. The cursor is opaque: only an answer's `nextCursor` is one. */
export const listQuery = z.strictObject({
  limit: digits(100).default(50).describe('Rows in an answer.'),
  cursor: lineUpTo(500).optional().describe('`nextCursor` of the answer before.'),
})

export const nextCursor = z.string().optional().describe('Where the next page begins; absent on the last.')

export const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), nextCursor })
