import type { FlowDocument, StepDefinition } from '@boardwalk/engine'
import type { z } from 'zod'

type Shape = { readonly [field: string]: z.ZodType }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (value: unknown, field: string): unknown =>
  isRecord(value) && Object.hasOwn(value, field) ? value[field] : undefined

/** Each field that is right by itself, and the default of each that is not. */
const soundFields = (shape: Shape, input: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([field, schema]) => {
      const given = schema.safeParse(own(input, field))
      const parsed = given.success ? given : schema.safeParse(undefined)
      return parsed.success && parsed.data !== undefined ? [[field, parsed.data]] : []
    }),
  )

const mostSteps = 100

/**
 * What can be understood of a document whose shape is wrong somewhere, each step in its place, so that what its parts
 * mean to one another can be judged all the same. `undefined` when its steps cannot be read at all.
 */
export const soundParts = (
  document: Shape,
  step: Shape,
  gate: Shape,
  input: unknown,
): FlowDocument | undefined => {
  const steps = own(input, 'steps')
  if (!Array.isArray(steps) || steps.length > mostSteps) return undefined
  const sound = soundFields(document, input)
  // Plans that cannot be read say nothing about the steps that name one.
  const plansKnown = document['plans']?.safeParse(own(input, 'plans')).success
  const gates = own(input, 'gates')
  return {
    ...sound,
    steps: steps.map((one: unknown, index): StepDefinition => {
      const { requiredPlan, ...fields } = soundFields(step, one)
      const placed = { id: `(step ${index})`, title: '', ...fields, ...(plansKnown && { requiredPlan }) }
      return placed as unknown as StepDefinition
    }),
    gates: Object.fromEntries(
      Object.entries(isRecord(gates) ? gates : {}).map(([name, one]) => {
        const fields = { steps: [], critical: true, ...soundFields(gate, one) }
        return [name, fields]
      }),
    ),
  } as unknown as FlowDocument
}
