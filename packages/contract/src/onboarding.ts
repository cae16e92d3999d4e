import type { EnrolmentStatus, Position, StepStatus } from '@boardwalk/engine'
import { z } from 'zod'
import { nudgePlacement, shownConfig, shownExperiments } from './experiments.ts'
import { action } from './flow-step.ts'
import { jsonObject, momentInUtc, oneOf, textUpTo, time } from './values.ts'

export const stepStatus = oneOf('todo', 'done', 'skipped') satisfies z.ZodType<StepStatus>
export const enrolmentStatus = oneOf(
  'in_progress',
  'completed',
  'skipped',
) satisfies z.ZodType<EnrolmentStatus>

export const flowVersion = z.object({ name: z.string(), version: z.int() }).meta({ id: 'FlowVersion' })

const position = z.object({ current: z.int(), total: z.int(), completed: z.int(), skipped: z.int() }).meta({
  id: 'Position',
  description: '"Step 2 of 5", over the visible steps.',
}) satisfies z.ZodType<Position>

const shownStep = z
  .object({
    id: z.string(),
    version: z.int(),
    title: z.string(),
    description: z.string().optional(),
    required: z.boolean(),
    weight: z.number(),
    status: stepStatus,
    allowed: z.boolean().describe('This person may change the step.'),
    completedAt: time.optional(),
    completedBy: z
      .string()
      .optional()
      .describe(
        'User id of who did it, also when a server told of it; for an account’s step it may be another member.',
      ),
    roleRestricted: z.string().optional().describe('The role that may change the step.'),
    locked: z.boolean().optional().describe('A step that this one depends on is not done yet.'),
    action: action.optional(),
    learnMoreUrl: z.string().optional(),
    estimateMinutes: z.number().optional(),
  })
  .meta({ id: 'ShownStep' })

const nudge = z
  .object({
    visible: z.boolean(),
    remainingSteps: z.int(),
    snoozeCount: z.int(),
    maxSnoozes: z.int(),
    snoozeDays: z.int().describe('How long a snooze lasts, and the longest it may.'),
    placement: nudgePlacement.optional(),
    snoozedUntil: time.optional(),
    undoUntil: time
      .optional()
      .describe('The last snooze may be undone until then. Absent: there is none to undo.'),
  })
  .meta({ id: 'Nudge', description: 'The reminder.' })

const guide = z
  .object({ dismissed: z.boolean() })
  .meta({ id: 'SetupGuide', description: 'Whether the person put the setup guide away, on any device.' })

const welcome = z
  .object({ seen: z.boolean() })
  .meta({ id: 'Welcome', description: 'Whether the person saw the welcome, on any device.' })

const features = z
  .object({
    enabled: z
      .boolean()
      .describe('false: the release keeps the flow from this person now. Show the host’s legacy onboarding.'),
    skip: z.boolean().describe('Optional steps may be skipped.'),
    snooze: z.boolean().describe('The reminder may be snoozed.'),
    guardRails: z.boolean().describe('Gates stop.'),
  })
  .meta({ id: 'Features' })

const standing = {
  flow: flowVersion.nullable().describe('null when no flow lets the person in, or its release does not now.'),
  status: enrolmentStatus.nullable(),
  progress: z.int().min(0).max(100),
  position,
  nextStep: z.string().nullable(),
}

export const onboarding = z
  .object({
    ...standing,
    steps: z.array(shownStep),
    nudge,
    guide,
    welcome,
    features,
    experiments: shownExperiments,
    config: shownConfig,
  })
  .meta({ id: 'Onboarding', description: 'What a person sees of one flow.' })

export type Onboarding = z.output<typeof onboarding>

const changed = {
  success: z.literal(true),
  ...standing,
  onboarding: onboarding
    .optional()
    .describe(
      'To a person who asks for it with `Prefer: return=representation`: what they would read now. In an answer repeated for an `Idempotency-Key` the other fields tell how it was the first time.',
    ),
}

export const stepChanged = z
  .object({ ...changed, step: z.object({ id: z.string(), status: stepStatus, updatedAt: time }) })
  .meta({ id: 'StepChanged' })

export const surfaceChanged = z
  .object({ ...changed, nudge, guide, welcome })
  .meta({ id: 'SurfaceChanged', description: 'How the reminder, the guide and the welcome stand now.' })

export const flowChanged = z.object(changed).meta({ id: 'FlowChanged' })

const changeFields = {
  status: oneOf('done', 'skipped'),
  metadata: jsonObject().optional(),
  reason: textUpTo(500).optional(),
}

export const stepChange = z
  .strictObject(changeFields, { error: 'an object with "status"' })
  .meta({ id: 'StepChange' })

const snoozeUntil = momentInUtc.describe('Later than the flow’s `snoozeDays` from now is shortened to that.')

const snooze = z
  .strictObject({ snoozeUntil })
  .meta({ id: 'Snooze', description: 'Puts the reminder to sleep.' })

const either = '{"status": "done" or "skipped", …} or {"snoozeUntil": …}, not both'

/** A person's own change: of the step, or (an alias kept from the first design) of the reminder. */
export const stepChangeOrSnooze = z.union([stepChange, snooze], { error: either })

export const flowSkip = z
  .strictObject({ reason: textUpTo(500).optional() }, { error: 'an object with "reason", or no body' })
  .meta({ id: 'FlowSkip' })

export const flowResumption = z
  .strictObject({}, { error: 'an empty object, or no body' })
  .meta({ id: 'FlowResumption' })

export const nudgeSnooze = z
  .strictObject({ until: snoozeUntil.optional() }, { error: 'an object with "until", or no body' })
  .meta({ id: 'NudgeSnooze' })

export const surfaceChange = z
  .strictObject({}, { error: 'an empty object, or no body' })
  .meta({ id: 'SurfaceChange' })
