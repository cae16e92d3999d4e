import type { ExplainedRelease, Release } from '@boardwalk/engine'
import { z } from 'zod'
import { listOf } from './lists.ts'
import { flag, hostId, lineUpTo, momentInUtc, numberFrom, oneOf, textUpTo, time } from './values.ts'

const listOfUpTo = <Item extends z.ZodType>(item: Item, most: number) => {
  const error = `a list of at most ${most}, each once`
  return z
    .array(item, { error })
    .max(most, { error })
    .refine((all) => new Set(all).size === all.length, { error })
}

export const releaseSettings = {
  enabled: flag.describe('The switch: false and nobody has the flow. What people did in it is kept.'),
  skipEnabled: flag.describe('Optional steps, and the whole flow, may be skipped.'),
  snoozeEnabled: flag.describe('The reminder may be snoozed.'),
  guardRailsEnabled: flag.describe('Gates stop; false lets all pass.'),
  rolloutPercentage: numberFrom(0, 100).describe(
    'How many of those who get this far have the flow. Raising it takes it from nobody, lowering it gives it to nobody.',
  ),
  marketWhitelist: listOfUpTo(lineUpTo(100), 250)
    .nullable()
    .describe('Only people of these markets; null: of every market; an empty list: of none.'),
  userWhitelist: listOfUpTo(hostId, 1000).describe(
    'User ids that have the flow whatever their market, sign-up and the percentage.',
  ),
  signedUpAfter: momentInUtc
    .nullable()
    .describe('Only people who signed up with the host (`createdAt`) at this moment or later; null: all.'),
} satisfies { readonly [Field in keyof Release]: z.ZodType<Release[Field]> }

const why = textUpTo(500)
const settingNames = Object.keys(releaseSettings)
  .map((field) => `"${field}"`)
  .join(', ')

export const releaseUpdate = z
  .strictObject(
    {
      ...z.object(releaseSettings).partial().shape,
      userWhitelist: releaseSettings.userWhitelist.nullable().optional().describe('null: nobody.'),
      reason: why.optional().describe('Why, for those who look at the changes later.'),
    },
    { error: `an object with some of ${settingNames} and "reason"` },
  )
  .meta({ id: 'ReleaseUpdate', description: 'What to change; all else stays as it is.' })

export const kill = z.strictObject({ reason: why }, { error: 'an object with "reason"' }).meta({ id: 'Kill' })

export const release = z
  .object({
    flow: z.string(),
    ...releaseSettings,
    revision: z.int().describe('Rises with every change; 0 while nothing was ever set.'),
    changedAt: time.optional(),
    changedBy: z.string().optional(),
    killedAt: time.optional().describe('Present while the flow is off by the kill switch.'),
    killReason: z.string().optional(),
  })
  .meta({ id: 'Release', description: 'Who gets a flow at all, and what of it.' })

const releaseChange = z
  .object({
    id: z.string(),
    at: time,
    by: z.string(),
    kind: oneOf('set', 'kill'),
    reason: z.string().optional(),
    changed: z
      .record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }))
      .describe('By setting: what it was and what it became.'),
  })
  .meta({ id: 'ReleaseChange' })

export const releaseChanges = listOf(releaseChange).meta({ id: 'ReleaseChanges' })

export const explainedRelease = z
  .object({
    flow: z.string(),
    on: z.boolean().describe('The person has the flow now.'),
    decidedBy: oneOf('enabled', 'userWhitelist', 'marketWhitelist', 'signedUpAfter', 'rolloutPercentage'),
    expected: z.unknown().optional(),
    found: z.unknown().optional().describe('Absent when the fact is unknown.'),
    skipEnabled: z.boolean(),
    snoozeEnabled: z.boolean(),
    guardRailsEnabled: z.boolean(),
  })
  .meta({
    id: 'ExplainedRelease',
    description: 'Which setting decided whether the person has a flow, and what it was compared with.',
  }) satisfies z.ZodType<Partial<ExplainedRelease>>
