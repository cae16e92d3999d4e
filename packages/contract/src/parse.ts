import type { Problem } from '@boardwalk/engine'
import type { z } from 'zod'
import { jsonOffences } from './json-limits.ts'
import { problemAt, problemsOf } from './problems.ts'

export type Parsed<Value> = { readonly value: Value } | { readonly problems: readonly Problem[] }

/** Deep enough for conditions of 16 levels, and small enough that hostile input costs little. */
const limits = { depth: 64, nodes: 100_000 }

/** Whether the input can be walked without harm. */
export const isReadable = (input: unknown): boolean =>
  !jsonOffences(input, limits).some((offence) => offence.fatal)

/** The input as the schema says, or everything that is wrong with it; never throws, whatever the input. */
export const parse = <Value>(schema: z.ZodType<Value>, input: unknown): Parsed<Value> => {
  const offences = jsonOffences(input, limits)
  const before = offences.map(({ path, expected }) => problemAt(input, path, expected))
  if (offences.some((offence) => offence.fatal)) return { problems: before }
  const parsed = schema.safeParse(input)
  if (!parsed.success) return { problems: problemsOf(parsed.error.issues, input, before) }
  return before.length > 0 ? { problems: problemsOf([], input, before) } : { value: parsed.data }
}
