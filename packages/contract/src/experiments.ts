import type { ArmConfig, ExperimentDocument, ExplainedExperiment } from '@boardwalk/engine'
import { z } from 'zod'
import { condition, text } from './flow-step.ts'
import { listOf } from './lists.ts'
import {
  flag,
  hostId,
  integerFrom,
  lineUpTo,
  momentInUtc,
  name,
  numberFrom,
  oneOf,
  textUpTo,
  time,
} from './values.ts'

const buttonTextError = 'a text of at most 60 characters, or one per locale'
const isButtonText = (value: z.output<typeof text>): boolean =>
  (typeof value === 'string' ? [value] : Object.values(value)).every((one) => one.length <= 60)

export const nudgePlacement = oneOf('top', 'bottom', 'card').describe(
  'Where the reminder shows: above or below everything else, or as a card.',
)

const configFields = {
  skipButtonText: text.refine(isButtonText, { error: buttonTextError }).optional(),
  skipButtonStyle: oneOf('link', 'button').optional(),
  snoozeEnabled: flag.optional().describe('false: the reminder cannot be snoozed.'),
  snoozeDuration: integerFrom(1, 30).optional().describe('Days that a snooze lasts, and the longest it may.'),
  nudgePlacement: nudgePlacement.optional(),
}
const configNames = Object.keys(configFields)
  .map((field) => `"${field}"`)
  .join(', ')

const armConfig = z.strictObject(configFields, { error: `an object with some of ${configNames}` }).meta({
  id: 'ArmConfig',
  description: 'What an arm changes; what it leaves out stays as ever.',
}) satisfies z.ZodType<ArmConfig>

const arm = z
  .strictObject(
    {
      id: name,
      name: lineUpTo(200).optional(),
      flow: name.optional().describe('The arm is this flow; the experiment’s own: its version in force.'),
      version: integerFrom(1, 1_000_000_000)
        .optional()
        .describe('The arm is this version of the experiment’s flow, published or not.'),
      config: armConfig.optional(),
    },
    { error: 'an arm: {"id": …, and one of "flow", "version" and "config"}' },
  )
  .meta({ id: 'ExperimentArm' })

const percent = numberFrom(0, 100)
const armsError = 'a list of 2 to 20 arms'
const testersError = 'an object of at most 1000 user ids, each with an arm'

const fields = {
  name: lineUpTo(200),
  flow: name.describe('Whose people it is about.'),
  unit: oneOf('user', 'account')
    .default('user')
    .describe('What comes into an arm as a whole: a user, or all members of an account.'),
  arms: z
    .array(arm, { error: armsError })
    .min(2, { error: armsError })
    .max(20, { error: armsError })
    .describe('The first is the one that all others are compared with.'),
  allocation: z
    .record(name, percent, { error: 'an object: arm → percent' })
    .describe('Of those who come, how many come into each arm; they sum to 100.'),
  condition: condition.optional().describe('Who is let in; absent: everybody in the flow.'),
  exclusionGroup: z
    .strictObject(
      { name, from: percent, to: percent },
      { error: '{"name": …, "from": 0 to 100, "to": 0 to 100}' },
    )
    .optional()
    .describe('Experiments of one group whose shares do not overlap never have anybody in common.'),
  testers: z
    .record(hostId, name, { error: testersError })
    .refine((all) => Object.keys(all).length <= 1000, { error: testersError })
    .optional()
    .describe('User id → arm, whatever the hash says. They are in no figure.'),
  metrics: z
    .array(lineUpTo(100), { error: 'a list of names' })
    .max(20, { error: 'at most 20 names' })
    .optional()
    .describe('What it is meant to move; for those who read the results.'),
  minimumSample: integerFrom(1, 100_000_000)
    .default(100)
    .describe('People an arm must have before the results say anything of it.'),
  startsAt: momentInUtc.optional(),
  endsAt: momentInUtc.optional(),
}

const experimentError = `an object with ${Object.keys(fields)
  .map((field) => `"${field}"`)
  .join(', ')}`

export const experimentInput = z
  .strictObject(
    { id: name.optional().describe('If said, that of the path.'), ...fields },
    { error: experimentError },
  )
  .meta({
    id: 'ExperimentInput',
    description: 'The whole experiment; what is left out is not kept.',
  }) satisfies z.ZodType<Omit<ExperimentDocument, 'id'>>

export const experimentStop = z
  .strictObject({ reason: textUpTo(500).optional() }, { error: 'an object with "reason", or no body' })
  .meta({ id: 'ExperimentStop' })

export const experimentStart = z
  .strictObject({}, { error: 'an empty object, or no body' })
  .meta({ id: 'ExperimentStart' })

export const experimentStatus = oneOf('draft', 'running', 'stopped')

export const experimentPhase = z
  .object({ number: z.int(), since: time, allocation: z.record(z.string(), z.number()) })
  .meta({ id: 'ExperimentPhase', description: 'From when on people came to the arms in these shares.' })

export const experiment = z
  .object({
    id: z.string(),
    ...fields,
    status: experimentStatus,
    phases: z.array(experimentPhase).describe('Oldest first; none before it ever ran.'),
    revision: z.int().describe('Rises with every change.'),
    changedAt: time,
    changedBy: z.string(),
    startedAt: time.optional(),
    stoppedAt: time.optional(),
    stopReason: z.string().optional(),
  })
  .meta({ id: 'Experiment' })

export const experiments = listOf(experiment).meta({ id: 'Experiments' })

const experimentChange = z
  .object({
    id: z.string(),
    at: time,
    by: z.string(),
    kind: oneOf('set', 'start', 'stop'),
    reason: z.string().optional(),
    changed: z
      .record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }))
      .describe('By field: what it was and what it became; null: absent.'),
  })
  .meta({ id: 'ExperimentChange' })

export const experimentChanges = listOf(experimentChange).meta({ id: 'ExperimentChanges' })

const configTold = z.object({ ...configFields, skipButtonText: z.string().optional() })

export const shownExperiments = z
  .record(z.string(), z.object({ variant: z.string(), config: configTold }))
  .describe(
    'The running experiments that the person has met, by id: their arm, and what it changes in the flow that the experiment is about.',
  )

export const shownConfig = configTold.describe(
  'What those experiments change here together, in the person’s language.',
)

export const explainedExperiment = z
  .object({
    experiment: z.string(),
    flow: z.string(),
    status: experimentStatus,
    arm: z.string().nullable(),
    decidedBy: oneOf(
      'stored',
      'tester',
      'hash',
      'not_running',
      'not_started',
      'ended',
      'no_account',
      'arm_gone',
      'other_share_of_group',
      'condition',
      'entered_before',
    ).describe('How they came to the arm, or why they have none.'),
    exposed: z.boolean().describe('They have met the difference; before that, nothing of it is stored.'),
  })
  .meta({ id: 'ExplainedExperiment' }) satisfies z.ZodType<ExplainedExperiment>

export const heldAssignment = z
  .object({
    experiment: z.string(),
    arm: z.string(),
    phase: z.int(),
    source: oneOf('hash', 'tester'),
    assignedAt: time,
    exposedAt: time,
    flow: z.string(),
    accountId: z.string().optional().describe('For which account they acted then.'),
    conflict: z.boolean().describe('They were known by two ids, and under each was put into another arm.'),
  })
  .meta({ id: 'HeldAssignment', description: 'The person’s row in the ledger of experiments.' })
