import type { Clause, Source } from '@boardwalk/engine'
import { z } from 'zod'
import { deadLetterFull } from './dead-letters.ts'
import { explainedExperiment, heldAssignment } from './experiments.ts'
import { nextCursor } from './lists.ts'
import { consent } from './observation.ts'
import { enrolmentStatus, flowVersion, stepStatus } from './onboarding.ts'
import { facts } from './person.ts'
import { explainedRelease } from './release.ts'
import { oneOf, time } from './values.ts'

const loose = z.record(z.string(), z.unknown())

const happening = z
  .object({
    id: z.string(),
    type: z.string(),
    at: time,
    flow: z.string().optional(),
    version: z.int().optional(),
    stepId: z.string().optional(),
    accountId: z.string().optional().describe('For a step of scope `account`: whose it was.'),
    data: loose,
    correlationId: z.string(),
  })
  .meta({ id: 'Happening', description: 'Something that happened in Boardwalk.' })

export const timeline = z.object({ events: z.array(happening), nextCursor }).meta({ id: 'Timeline' })

const source = oneOf('user', 'event', 'api', 'import', 'migration') satisfies z.ZodType<Source>

const stepState = z
  .object({
    stepId: z.string(),
    stepVersion: z.int(),
    status: stepStatus,
    offeredAt: time.optional(),
    reachedAt: time.optional(),
    settledAt: time.optional(),
    settledBy: z.string().optional(),
    source: source.optional(),
    reason: z.string().optional(),
    metadata: loose.optional(),
  })
  .meta({ id: 'StepState' })

const enrolment = z
  .object({
    flow: z.string(),
    version: z.int(),
    publication: z
      .int()
      .optional()
      .describe('The last publication of the flow that the enrolment has caught up with.'),
    restartedAt: time.optional().describe('When the person was last made to begin anew.'),
    arm: z.string().optional(),
    status: enrolmentStatus,
    startedAt: time,
    completedAt: time.optional(),
    skippedAt: time.optional(),
    snoozeCount: z.int(),
    snoozedUntil: time.optional(),
    snoozedAt: time.optional(),
    snoozedUntilBefore: time.optional().describe('What the last snooze replaced.'),
    nudgeDismissedAt: time.optional(),
    nudgeDismissedIn: z.int().optional().describe('The flow’s version that was in force then.'),
    guideDismissedAt: time.optional(),
    welcomeSeenAt: time.optional(),
    steps: z.array(stepState),
  })
  .meta({ id: 'Enrolment', description: 'One person in one flow.' })

export const personExport = z
  .object({
    userId: z.string(),
    facts,
    account: z.string().nullable(),
    enrolments: z.array(enrolment),
    accountSteps: z
      .array(stepState.extend({ flow: z.string(), accountId: z.string() }))
      .describe('Steps of the account that the person settled.'),
    remembered: z
      .array(
        z.object({
          name: z.string(),
          at: time,
          properties: loose.nullable().describe('null: too long to be kept.'),
        }),
      )
      .describe('Events of the host’s that may prove a step later.'),
    consent,
    knownSince: time,
    consentChanges: z
      .array(
        z.object({
          analytics: z.boolean(),
          at: time,
          by: z.literal('user').describe('The person themselves.'),
          correlationId: z.string().optional(),
        }),
      )
      .describe('Each time that they said whether they may be observed, oldest first.'),
    savedAnswers: z
      .array(z.object({ key: z.string(), at: time, status: z.int(), body: z.string() }))
      .describe('What requests with an `Idempotency-Key`, and events with an id, were answered.'),
    deliveries: z
      .array(
        z.object({
          webhook: z.string(),
          event: z.string().describe('The `id` of one of the events.'),
          type: z.string(),
          status: z.string(),
          attempts: z.int(),
          lastStatus: z.int().optional(),
          lastError: z.string().optional(),
          durationMs: z.int().optional(),
          createdAt: time,
          nextAt: time.optional(),
          endedAt: time.optional(),
        }),
      )
      .describe('To which webhooks what happened was told, or is still to be.'),
    auditEntries: z
      .array(
        z.object({
          seq: z.int(),
          at: time,
          actor: z.string(),
          action: z.string(),
          outcome: z.string(),
          correlationId: z.string().optional(),
          subject: z.string().describe('The random id under which the audit log knows the person.'),
        }),
      )
      .describe('What was done to the person by others than themselves, and erasures they asked for.'),
    lists: z
      .array(z.object({ in: z.string(), id: z.string() }))
      .describe('Lists of user ids, of the team’s own, in which the person stands or once stood.'),
    experiments: z.array(heldAssignment).describe('In which arms of experiments they are.'),
    deadLetters: z.array(deadLetterFull).describe('What came about the person and could not be taken.'),
    tally: loose.optional().describe('What is counted of the person; absent: nothing yet.'),
    events: z.array(happening),
  })
  .meta({ id: 'PersonExport', description: 'Everything held of a person.' })

export const erasure = z
  .object({ receipt: z.object({ id: z.string(), erasedAt: time }) })
  .meta({ id: 'Erasure', description: 'Proof that a person was erased; it does not say who.' })

const clause = z
  .object({
    path: z.string(),
    operator: z.string(),
    expected: z.unknown().optional(),
    found: z.unknown().optional().describe('Absent when the fact is unknown.'),
    result: z.union([z.literal(true), z.literal(false), z.literal('unknown')]),
    holds: z.boolean(),
  })
  .meta({
    id: 'Clause',
    description: 'One comparison of a condition and the value that decided it.',
  }) satisfies z.ZodType<Partial<Clause>>

const rule = z.object({
  rule: z.string(),
  holds: z.boolean(),
  unknown: z
    .literal(true)
    .optional()
    .describe('It does not hold because the fact that it asks for is not known.'),
  expected: z.unknown().optional(),
  found: z.unknown().optional(),
  clauses: z.array(clause).optional(),
})

const publication = z
  .object({
    id: z.int(),
    version: z.int(),
    policy: oneOf('move', 'pin', 'restart'),
    reopen: z.boolean(),
    at: time,
  })
  .meta({ id: 'ChainedPublication' })

const explainedEnrolment = z.object({
  status: enrolmentStatus,
  startedAt: time,
  completedAt: time.optional(),
  restartedAt: time.optional(),
  versionInForce: z.int(),
  pinnedBy: publication
    .optional()
    .describe('The publication that lets the person finish an older version than the one in force.'),
  publications: z.array(publication).describe('How the flow came to the version in force, oldest first.'),
})

const gateExplanation = z
  .object({
    gate: z.string(),
    allowed: z.boolean(),
    missing: z.array(z.object({ flow: z.string(), step: z.string() })),
    enrolments: z
      .array(
        z.object({
          flow: z.string(),
          version: z.int(),
          status: enrolmentStatus,
          steps: z
            .array(z.object({ id: z.string(), visible: z.boolean(), status: stepStatus.nullable() }))
            .describe('Those that the gate asks for here; one that the person does not see is no obstacle.'),
        }),
      )
      .describe('Every enrolment that the gate looks at.'),
  })
  .meta({ id: 'GateExplanation', description: 'Why a gate lets somebody pass or not.' })

export const explanation = z
  .object({
    flow: flowVersion.nullable(),
    enrolment: explainedEnrolment.optional(),
    steps: z.array(
      z.object({
        id: z.string(),
        visible: z.boolean(),
        required: z.boolean(),
        status: stepStatus,
        rules: z.array(rule).describe('Whether they see it, and must do it.'),
        settling: z.array(rule).describe('Whether they may do it, and what does it for them.'),
      }),
    ),
    releases: z
      .array(explainedRelease)
      .describe('Of each flow that the person is in, or that is for people like them.'),
    experiments: z
      .array(explainedExperiment)
      .describe('Of every experiment; of those on the flow asked for.'),
    gate: gateExplanation.optional(),
  })
  .meta({ id: 'Explanation', description: 'Every rule of every step with the values that decided it.' })
