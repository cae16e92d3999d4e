import { z } from 'zod'
import { nextCursor } from './lists.ts'
import { lineUpTo, moment, time } from './values.ts'

const hexError = '64 digits in hex'
const hex = z.string({ error: hexError }).regex(/^[0-9a-f]{64}$/, { error: hexError })
const receiptError = 'a UUID'
const receipt = z.uuid({ error: receiptError })

const listed = z
  .object({
    subject: hex.describe(
      'A hash with the database’s own key, that says who only together with it and the user id.',
    ),
    receipt,
    erasedAt: time,
    readmittedAt: time
      .optional()
      .describe('When the host’s server sent the person again; absent: never since.'),
  })
  .meta({ id: 'ListedErasure' })

const key = hex.describe('Tells the key of this database from others.')

export const erasureList = z
  .object({ key, items: z.array(listed), nextCursor })
  .meta({ id: 'ErasureList', description: 'Who was erased, as nobody can read it.' })

const rowError = 'an object with "subject", "receipt", "erasedAt" and perhaps "readmittedAt"'
const rowsError = 'a list of 1 to 1000 erasures, each subject once'

export const erasuresAdding = z
  .strictObject(
    {
      key,
      erasures: z
        .array(
          z.strictObject(
            { subject: hex, receipt, erasedAt: moment, readmittedAt: moment.optional() },
            { error: rowError },
          ),
          { error: rowsError },
        )
        .min(1, { error: rowsError })
        .max(1000, { error: rowsError })
        .refine((all) => new Set(all.map(({ subject }) => subject)).size === all.length, {
          error: rowsError,
        }),
    },
    { error: 'an object with "key" and "erasures"' },
  )
  .meta({ id: 'ErasuresAdding' })

export const erasuresAdded = z
  .object({ added: z.int().describe('Those that the list did not have yet.') })
  .meta({ id: 'ErasuresAdded' })

export const erasuresReplay = z
  .strictObject(
    { cursor: lineUpTo(500).optional().describe('`nextCursor` of the answer before.') },
    { error: 'an object with "cursor", or an empty one' },
  )
  .meta({ id: 'ErasuresReplay' })

export const erasuresReplayed = z
  .object({ erased: z.int().describe('People that a backup had brought back.'), nextCursor })
  .meta({ id: 'ErasuresReplayed' })
