import { z } from 'zod'
import { time } from './values.ts'

const count = z.int().meta({ id: 'Count' })
const rate = z.number().nullable().meta({
  id: 'Rate',
  description: 'To four digits; null where there is nobody to divide by.',
})
const date = z.string().describe('A day of the time zone.')
const removed = z.literal(true).optional().describe('The version whose steps are told has it no longer.')

const envelope = {
  flow: z.string().nullable().describe('null: people as a whole.'),
  definitions: z.record(z.string(), z.string()).describe('What each figure is, in words.'),
  asOf: time.nullable().describe('When the newest happening that is counted happened; null: nothing is.'),
  isCurrent: z
    .boolean()
    .describe('false: counting is behind; some of what happened before the question is not in yet.'),
  range: z.object({
    from: z.string(),
    to: z.string(),
    timeZone: z.string(),
    begins: time,
    ends: time.describe('The first moment after the range.'),
  }),
  notes: z.array(z.string()).describe('What to mind with this answer.'),
}

/** The figures of all, those of each group when they are compared, and those of each day when asked for. */
const answerOf = <Figures extends z.ZodRawShape, Day extends z.ZodRawShape>(
  id: string,
  figures: Figures,
  { days, head = {} }: { readonly days?: Day; readonly head?: z.ZodRawShape } = {},
) => {
  const day = days && z.object({ date, ...days }).meta({ id: `${id}Day` })
  const own = day ? { ...figures, days: z.array(day).optional() } : figures
  return z
    .object({
      ...envelope,
      ...head,
      ...own,
      groups: z.array(z.object({ value: z.string(), ...own }).meta({ id: `${id}Group` })).optional(),
      groupsLeftOut: z.int().optional().describe('How many smaller groups are not listed.'),
    })
    .meta({ id })
}

const entered = { enrolled: count, completed: count, skipped: count, inWindow: count, completionRate: rate }

const funnelStep = z
  .object({
    id: z.string(),
    offered: count,
    reached: count,
    done: count,
    skipped: count,
    dropOff: rate,
    dropped: count,
    share: rate,
    ofPrevious: rate,
    completionRate: rate,
    skipRate: rate,
    removed,
  })
  .meta({ id: 'FunnelStep' })

export const funnelAnswer = answerOf(
  'Funnel',
  { ...entered, matured: count, completionRateMatured: rate, steps: z.array(funnelStep) },
  {
    days: entered,
    head: {
      stepsOfVersion: z.int().nullable().describe('Whose steps are told, in its order.'),
      window: z.string(),
      order: z.enum(['any', 'strict']),
    },
  },
)

const ms = z.number()
const reading = z
  .object({
    reached: z.boolean().describe('false: too few are through to say.'),
    ms: ms.nullable(),
    low: ms.nullable(),
    high: ms.nullable(),
  })
  .meta({ id: 'TimeReading' })

const times = {
  people: count,
  completed: count,
  censored: count,
  median: reading,
  percentiles: z.object({ p25: reading, p50: reading, p75: reading, p90: reading }),
  finishersOnly: z.object({
    median: ms.nullable(),
    p25: ms.nullable(),
    p75: ms.nullable(),
    p90: ms.nullable(),
    label: z.string(),
  }),
  curve: z.array(
    z.object({ ms, share: z.number(), low: z.number().nullable(), high: z.number().nullable() }),
  ),
}

const logRank = z
  .object({ chiSquare: z.number(), degreesOfFreedom: count, p: z.number() })
  .nullable()
  .optional()
  .describe('Of the groups compared; null where they cannot be told apart by it.')

export const timeToCompleteAnswer = answerOf('TimeToComplete', times, { head: { logRank } })
export const timeToValueAnswer = answerOf('TimeToValue', times, { head: { event: z.string(), logRank } })

const inTime = z
  .object({
    people: z.int().describe('Of `of`.'),
    of: z.int().describe('Those whose time has passed.'),
    rate,
    waiting: z.int().describe('Those whose time has not passed.'),
    soFar: z.int().describe('Of all, also of those whose time has not passed.'),
    rateSoFar: rate,
  })
  .meta({ id: 'ConvertedInTime' })

const converted = {
  signedUp: count,
  converted: count,
  withinDay: inTime,
  withinWeek: inTime,
  onDay1: inTime,
  onDay7: inTime,
}

export const conversionAnswer = answerOf(
  'Conversion',
  {
    ...converted,
    cohorts: z.array(
      z
        .object({
          date,
          ...converted,
          isMature: z.boolean().describe('The time has passed for all of them, in each of the figures.'),
        })
        .meta({ id: 'ConversionCohort' }),
    ),
  },
  { head: { event: z.string() } },
)

export const retentionAnswer = answerOf('Retention', {
  signedUp: count,
  retention: z.array(z.object({ day: count, people: count, of: count, rate })),
  cohorts: z.array(
    z
      .object({
        date,
        signedUp: count,
        returned: z.array(count).describe('Of days 0 to 30.'),
        rates: z.array(rate),
        matureDays: count,
      })
      .meta({ id: 'RetentionCohort' }),
  ),
})

const stopped = { blocked: count, recovered: count, abandoned: count, rate, inWindow: count }

export const abandonmentAnswer = answerOf(
  'Abandonment',
  { ...stopped, steps: z.array(z.object({ id: z.string(), ...stopped, removed })) },
  { days: stopped },
)

const nudged = { shown: count, snoozed: count, dismissed: count, snoozeRate: rate, dismissRate: rate }

export const nudgesAnswer = answerOf('NudgeFigures', nudged, { days: nudged })

const checked = { checked: count, blocked: count, share: rate }

export const gatesAnswer = answerOf(
  'GateFigures',
  { ...checked, steps: z.array(z.object({ id: z.string(), blocked: count, removed })) },
  { days: checked },
)
