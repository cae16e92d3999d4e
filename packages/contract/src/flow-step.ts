import type { Action, StepDefinition, Text, Trigger } from '@boardwalk/engine'
import { z } from 'zod'
import { flag, integerFrom, lineUpTo, moment, name, numberFrom, oneOf, textUpTo } from './values.ts'
import { url } from './urls.ts'

const locale = z
  .string()
  .max(35, { error: 'a locale such as "fr" or "fr-CA"' })
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, { error: 'a locale such as "fr" or "fr-CA"' })

const textError = 'a text, or one text per locale'

export const text = z
  .union(
    [
      textUpTo(2000),
      z
        .record(locale, textUpTo(2000), { error: textError })
        .refine((texts) => Object.keys(texts).length > 0, { error: 'a text in at least one locale' }),
    ],
    { error: textError },
  )
  .meta({
    id: 'Text',
    description: 'Shown to people: one text for all, or one per locale.',
  }) satisfies z.ZodType<Text>

/** Only the shape: operators, depth and patterns are judged by the engine, which also evaluates them. */
export const condition = z.record(z.string(), z.unknown(), { error: 'a condition (an object)' }).meta({
  id: 'Condition',
  description: 'A rule over facts, e.g. `{"plan": "team"}` or `{"market": {"$in": ["DE", "AT"]}}`.',
})

const prefill = z
  .record(
    lineUpTo(64),
    z.union([z.string().max(2000), z.number(), z.boolean(), z.null()], {
      error: 'a text, number, boolean or null',
    }),
    {
      error: 'an object of texts, numbers, booleans or nulls',
    },
  )
  .refine((values) => Object.keys(values).length <= 50, { error: 'at most 50 values' })
  .describe('Values to start with; `$market` stands for the fact of that name.')

const modalError = 'the name of a modal: a letter, then up to 63 letters, digits, "_" or "-"'

export const action = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({
        type: z.literal('open_modal'),
        modal: z.string({ error: modalError }).regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, { error: modalError }),
        prefill: prefill.optional(),
      }),
      z.strictObject({ type: z.literal('redirect'), url, prefill: prefill.optional() }),
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union'
          ? 'one of "open_modal", "redirect"'
          : 'an action: {"type": "open_modal", …} or {"type": "redirect", …}',
    },
  )
  .meta({
    id: 'Action',
    description: 'Where "Do" leads: a page, or a modal that the host knows by name.',
  }) satisfies z.ZodType<Action>

const propertyPath = 'a path into the event such as "$.integration_id"'

const trigger = z
  .strictObject(
    {
      event: lineUpTo(255).describe('Name of the event that completes the step.'),
      where: condition.optional().describe('Holds over the properties of the event.'),
      metadata: z
        .record(
          lineUpTo(64),
          z
            .string({ error: propertyPath })
            .max(255, { error: propertyPath })
            .regex(/^\$(\.[^.\s[\]$]+)+$/, { error: propertyPath }),
          { error: `an object whose values are each ${propertyPath}` },
        )
        .refine((names) => Object.keys(names).length <= 50, { error: 'at most 50 names' })
        .optional()
        .describe('Name in the metadata of the completion → path into the event’s properties.'),
    },
    { error: 'a trigger: {"event": …}' },
  )
  .meta({
    id: 'Trigger',
    description: 'The first event of this name for which `where` holds completes the step.',
  }) satisfies z.ZodType<Trigger>

const namesOf = (what: string, max: number) => {
  const error = `an array of 1 to ${max} ${what}; leave the field out for all`
  return z.array(lineUpTo(64), { error }).min(1, { error }).max(max, { error })
}

export const stepIds = (min: number, max: number) => {
  const error = `an array of ${min} to ${max} step ids`
  return z.array(name, { error }).min(min, { error }).max(max, { error })
}

export const stepDefinition = z
  .strictObject(
    {
      id: name.describe('Stable through every version of the flow: what people did is kept by it.'),
      version: integerFrom(1, 1_000_000)
        .default(1)
        .describe('Raise it when the step changes so much that `onVersionChange` should decide.'),
      title: text,
      description: text.optional(),
      required: z.union([flag, condition], { error: 'true, false or a condition' }).default(false),
      weight: numberFrom(0, 1_000_000).default(1).describe('Share in the progress.'),
      scope: oneOf('person', 'account')
        .default('person')
        .describe('Whose step it is; one of an account is done once for all its members.'),
      condition: condition.optional().describe('Who sees the step.'),
      markets: namesOf('markets', 300).optional(),
      roles: namesOf('roles', 100).optional().describe('Who sees the step; absent: every role.'),
      restrictedTo: namesOf('roles', 100)
        .optional()
        .describe('Who may change the step; others see it read-only.'),
      requiredPlan: lineUpTo(64).optional().describe('The lowest of the flow’s `plans` that sees the step.'),
      activeFrom: moment.optional().describe('Visible from then on.'),
      activeTo: moment.optional().describe('Visible until just before then.'),
      dependsOn: stepIds(0, 100).optional(),
      completion: oneOf('claim', 'proof')
        .default('claim')
        .describe('`claim`: a click is enough; `proof`: only an event or a call of the host’s server.'),
      trigger: trigger.optional(),
      action: action.optional(),
      gate: z
        .strictObject(
          { message: text.optional(), action: action.optional() },
          { error: 'an object with "message" and "action"' },
        )
        .optional()
        .describe('What the guard rail says and where it leads; its action defaults to the step’s.'),
      learnMoreUrl: url.optional(),
      estimateMinutes: numberFrom(0, 10_000).optional(),
      activation: flag.optional().describe('The "aha" step; at most one a flow.'),
      onVersionChange: oneOf('keep', 'redo')
        .default('keep')
        .describe('What happens to those who did the step in an older version of it.'),
      renamedFrom: name.optional().describe('The id of this step in older versions of the flow.'),
    },
    { error: 'a step (an object)' },
  )
  .meta({ id: 'Step', description: 'One thing to do.' }) satisfies z.ZodType<StepDefinition>
