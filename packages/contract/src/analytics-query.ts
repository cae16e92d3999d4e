import { z } from 'zod'
import { digits, lineUpTo, moment, name, oneOf } from './values.ts'

const dayError = 'a date such as "2026-01-31" or a time with offset, in the years 1970 to 2199'
const isWithin = (text: string): boolean => /^(19[7-9]\d|2[01]\d\d)-/.test(text)

const day = z
  .union([z.iso.date({ error: dayError }), moment], { error: dayError })
  .refine(isWithin, { error: dayError })

const zoneError = 'an IANA time zone such as "Europe/Paris"'

const isTimeZone = (text: string): boolean => {
  try {
    // Offsets such as "+05:30" are taken, too, but are no names.
    return /^[A-Za-z]/.test(new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone)
  } catch {
    return false
  }
}

const timeZone = z
  .string({ error: zoneError })
  .max(64, { error: zoneError })
  .refine(isTimeZone, { error: zoneError })

const factError = 'a text of at most 255 characters without control characters; empty: unknown'
const fact = z
  .string({ error: factError })
  .max(255, { error: factError })
  .regex(/^\P{Cc}*$/u, { error: factError })
  .refine((text) => text.isWellFormed(), { error: factError })

const windowError = 'a time from "1h" to "90d", in hours ("h") or days ("d")'
const hoursIn = (text: string): number => Number.parseInt(text, 10) * (text.endsWith('d') ? 24 : 1)

export const window = z
  .string({ error: windowError })
  .regex(/^[1-9]\d{0,3}[hd]$/, { error: windowError })
  .refine((text) => hoursIn(text) <= 90 * 24, { error: windowError })

/** Milliseconds in what `window` may be. */
export const windowMs = (text: string): number => hoursIn(text) * 3_600_000

const by = oneOf('day').optional().describe('Also the figures of each day of the range, as `days`.')

const common = z.strictObject({
  flow: name
    .optional()
    .describe(
      'May be left out where there is only one. Conversion, retention and time to an event: absent, people as a whole.',
    ),
  version: digits(999_999_999).optional().describe('The version in which people entered.'),
  arm: fact.optional().describe('The arm in which people entered; empty: none.'),
  market: fact
    .optional()
    .describe('As it was when people entered; empty: unknown. So with plan, role and locale.'),
  plan: fact.optional(),
  role: fact.optional(),
  locale: fact.optional(),
  from: day
    .optional()
    .describe(
      'First day of the range, in the time zone; or a time, cut to the full hour. Absent: 29 days before the last.',
    ),
  to: day
    .optional()
    .describe(
      'Last day of the range, itself included; or a time, cut to the full hour, at which the range ends. Absent: today.',
    ),
  timeZone: timeZone.default('UTC').describe('IANA name; whose days are meant.'),
  compare: oneOf('version', 'arm', 'market', 'plan', 'role', 'locale')
    .optional()
    .describe(
      'Also the figures of each group that has this in common, as `groups`; of more than 50 the largest.',
    ),
  format: oneOf('json', 'csv').optional().describe('Absent: as `Accept` says, else JSON.'),
})

const eventName = lineUpTo(255).refine((text) => text.isWellFormed(), { error: 'well-formed text' })

export const funnelQuery = common.extend({
  window: window
    .default('7d')
    .describe('How long somebody who entered is still given: "1h" to "90d". Until then they are `inWindow`.'),
  order: oneOf('any', 'strict')
    .default('any')
    .describe('`strict`: a step counts as done only after all that were shown before it, one after another.'),
  by,
})
export const timeToCompleteQuery = common
export const valueQuery = common.extend({
  event: eventName.describe(
    'The event of value; for time-to-value also `activation`: the activation step of the flow.',
  ),
})
export const retentionQuery = common
export const seriesQuery = common.extend({ by })

export type AnalyticsQuery = z.output<typeof common>
