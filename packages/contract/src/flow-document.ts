import type { FlowDocument, Problem } from '@boardwalk/engine'
import { checkFlow } from '@boardwalk/engine/check-flow'
import { z } from 'zod'
import { condition, stepDefinition, stepIds, text } from './flow-step.ts'
import { isReadable, parse } from './parse.ts'
import { soundParts } from './sound-parts.ts'
import { flag, integerFrom, lineUpTo, name, numberFrom } from './values.ts'

const gate = z.strictObject(
  {
    steps: stepIds(1, 20).describe('Each must be done, if the person sees it.'),
    critical: flag.describe(
      'What happens when the check itself cannot be made: true stops, false lets pass. It must be said.',
    ),
  },
  { error: 'a gate: {"steps": […], "critical": true or false}' },
)

const nudge = z.strictObject(
  {
    snoozeDays: integerFrom(1, 365).default(7).describe('The longest snooze.'),
    maxSnoozes: integerFrom(0, 100).default(3),
    hideAtPercent: numberFrom(0, 100).default(80).describe('The reminder hides from this progress on.'),
    stopAfterDays: integerFrom(0, 3650)
      .default(28)
      .describe('Days after the enrolment’s start when the reminder stops for good.'),
  },
  { error: 'an object with "snoozeDays", "maxSnoozes", "hideAtPercent" and "stopAfterDays"' },
)

const stepsError = 'an array of 1 to 100 steps'

const fields = {
  $schema: z
    .string({ error: 'a URL' })
    .max(2000, { error: 'a URL' })
    .optional()
    .describe('For editors; not stored.'),
  name: name.describe('Stable name of the flow, e.g. "shop".'),
  title: text.optional(),
  audience: condition.optional().describe('For whom the flow is; absent: everyone.'),
  priority: integerFrom(-1_000_000, 1_000_000)
    .default(0)
    .describe('The highest whose audience fits gets the person.'),
  steps: z
    .array(stepDefinition, { error: stepsError })
    .min(1, { error: stepsError })
    .max(100, { error: stepsError }),
  gates: z.record(name, gate, { error: 'an object of gates by name' }).default({}),
  nudge: nudge.prefault({}),
  plans: z
    .array(lineUpTo(64), { error: 'an array of plans' })
    .max(50, { error: 'at most 50 plans' })
    .default([])
    .describe('Ascending: later plans include earlier ones.'),
}

export const flowDocument = z
  .strictObject(fields, { error: 'a flow document (an object)' })
  .transform(({ $schema: _, ...document }) => document)
  .meta({
    id: 'FlowDocument',
    title: 'Flow',
    description: 'A named onboarding.',
  }) satisfies z.ZodType<FlowDocument>

/** A flow as its author writes it: what has a default may be left out. */
export type FlowInput = z.input<typeof flowDocument>

export type ParsedFlow = { readonly document: FlowDocument } | { readonly problems: readonly Problem[] }

/**
 * A document with its defaults filled in, or every problem at once: those of its shape, and what the parts that are
 * right by themselves mean to one another (operators, circles, unknown ids).
 */
export const parseFlowDocument = (input: unknown): ParsedFlow => {
  const parsed = parse(flowDocument, input)
  if ('problems' in parsed) return { problems: [...parsed.problems, ...meaningOf(input)] }
  const problems = checkFlow(parsed.value)
  return problems.length > 0 ? { problems } : { document: parsed.value }
}

/** What the sound parts of a document mean to one another; nothing where too little of it can be read. */
const meaningOf = (input: unknown): Problem[] => {
  const document = isReadable(input) ? soundParts(fields, stepDefinition.shape, gate.shape, input) : undefined
  return document === undefined ? [] : checkFlow(document)
}
