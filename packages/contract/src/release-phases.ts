import {
  metricNames,
  phaseStart,
  type Criterion,
  type Phase,
  type PhaseSettings,
} from '@boardwalk/engine/health'
import { z } from 'zod'
import { limitFields } from './flow-health.ts'
import { release, releaseSettings } from './release.ts'
import { momentInUtc, name, oneOf, textUpTo, time } from './values.ts'

const startError = `a time in ISO 8601 with offset, or "${phaseStart}"`

const settings = z
  .strictObject(
    {
      rolloutPercentage: releaseSettings.rolloutPercentage.optional(),
      marketWhitelist: releaseSettings.marketWhitelist.optional(),
      userWhitelist: releaseSettings.userWhitelist.optional(),
      signedUpAfter: z
        .union([z.literal(phaseStart), momentInUtc, z.null()], { error: startError })
        .optional()
        .describe(`\`${phaseStart}\`: only who signs up after the phase was entered.`),
    },
    {
      error:
        'an object with some of "rolloutPercentage", "marketWhitelist", "userWhitelist" and "signedUpAfter"',
    },
  )
  .describe(
    'What the phase sets of the release; what it leaves out stays.',
  ) satisfies z.ZodType<PhaseSettings>

const criterion = z.strictObject(
  { metric: oneOf(...metricNames), ...limitFields },
  { error: 'an object with "metric", "is", "limit" and perhaps "of"' },
) satisfies z.ZodType<Criterion>

const criteriaError = 'a list of at most 20 criteria'

const phase = z
  .strictObject(
    {
      name,
      settings,
      criteria: z
        .array(criterion, { error: criteriaError })
        .max(20, { error: criteriaError })
        .describe('What has to be so before the next phase begins.'),
      startsAt: momentInUtc
        .optional()
        .describe('From then on the phase begins by itself, once the criteria of the one before are met.'),
    },
    { error: 'an object with "name", "settings", "criteria" and perhaps "startsAt"' },
  )
  .meta({ id: 'ReleasePhase' }) satisfies z.ZodType<Phase>

const phasesError = 'a list of 1 to 20 phases, each "name" once'

const phases = z
  .array(phase, { error: phasesError })
  .min(1, { error: phasesError })
  .max(20, { error: phasesError })
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, { error: phasesError })

export const phasesUpdate = z
  .strictObject({ phases }, { error: 'an object with "phases"' })
  .meta({ id: 'ReleasePhasesUpdate' })

const measured = z
  .object({
    metric: z.string(),
    is: z.enum(['atLeast', 'atMost']),
    limit: z.number(),
    of: z.literal('baseline').optional(),
    outcome: z.enum(['met', 'not_met', 'unknown']).describe('What is not known is not met.'),
    value: z.number().nullable(),
    n: z.number(),
    at: z.number().nullable().describe('What the limit comes to.'),
  })
  .meta({ id: 'MeasuredCriterion' })

export const releasePhases = z
  .object({
    flow: z.string(),
    phases,
    current: z.string().nullable().describe('null: not begun.'),
    enteredAt: time.optional(),
    next: z.string().nullable().describe('null: there is none.'),
    criteria: z.array(measured).describe('Those of the current phase, measured since it was entered.'),
    revision: z.int().describe('Rises with every change; 0: as usual.'),
    changedAt: time.optional(),
    changedBy: z.string().optional(),
  })
  .meta({ id: 'ReleasePhases' })

export const advanceRequest = z
  .strictObject(
    {
      ifCriteria: oneOf('met', 'any').default('met').describe('`any`: whatever the figures say.'),
      to: name.optional().describe('Only if this is the next phase: a second click does no harm then.'),
      reason: textUpTo(300).optional(),
    },
    { error: 'an object with "ifCriteria", "to" or "reason"' },
  )
  .meta({ id: 'AdvanceRequest' })

export const advanced = z
  .object({
    flow: z.string(),
    advanced: z.boolean(),
    refused: z
      .enum(['criteria', 'last_phase', 'not_next', 'killed', 'changed'])
      .optional()
      .describe(
        'Why it did not. `killed`: switch the flow on first; `changed`: others changed the plan meanwhile.',
      ),
    current: z.string().nullable(),
    criteria: z.array(measured).describe('Those of the phase that it was in.'),
    release: release.optional().describe('As it is now, when it advanced.'),
  })
  .meta({ id: 'Advanced' })
