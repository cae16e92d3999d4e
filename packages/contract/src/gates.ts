import { z } from 'zod'
import { problemDetails } from './errors.ts'
import { action, stepIds } from './flow-step.ts'
import { flag, hostId, lineUpTo, name } from './values.ts'

const either = 'exactly one of "steps" and "gate"'

export const gateCheck = z
  .strictObject(
    {
      userId: hostId,
      steps: stepIds(1, 20).optional().describe('Steps that must be done.'),
      gate: name.optional().describe('Name of a gate that flows declare; instead of `steps`.'),
      route: lineUpTo(500).describe('The host’s route, told in `gating.blocked`.'),
      critical: flag
        .optional()
        .describe(
          'What happens when the check cannot be made: true answers 503, false lets pass. Absent: as the flows say of the gate, else true.',
        ),
      flow: name.optional().describe('Looks at this flow only.'),
      returnUrl: lineUpTo(2000)
        .optional()
        .describe('Path of the host to come back to; anything but a path of its own is dropped.'),
    },
    { error: 'an object with "userId", "route" and "steps" or "gate"' },
  )
  .refine(({ steps, gate }) => (steps === undefined) !== (gate === undefined), { error: either })
  .meta({ id: 'GateCheck' })

export const gateAllowed = z
  .object({
    allowed: z.literal(true),
    reason: z
      .enum(['check_failed'])
      .optional()
      .describe('Why it passes although nothing was found out; such an answer must not be kept.'),
  })
  .meta({ id: 'GateAllowed' })

export const gateList = z
  .object({
    gates: z.array(z.object({ name: z.string(), critical: z.boolean(), steps: z.array(z.string()) })),
    steps: z.array(z.string()).describe('Ids of all steps of the flows in force.'),
    flows: z.array(z.string()).describe('Names of the flows in force.'),
  })
  .meta({ id: 'GateList', description: 'What a gate may ask for, over all flows in force.' })

export const gateBlocked = problemDetails
  .extend({
    error: z.literal('PRECONDITION_REQUIRED'),
    message: z.string().describe('The step’s own text, in the person’s language.'),
    missingStep: z.string(),
    missingSteps: z.array(z.string()).min(1),
    action: action.optional(),
  })
  .meta({ id: 'GateBlocked', description: 'A step must be done first.' })

export type GateAllowed = z.output<typeof gateAllowed>
export type GateBlocked = z.output<typeof gateBlocked>
export type GateList = z.output<typeof gateList>
