import { RE2JS } from 're2js'
import type { Test } from './equality.ts'

export const MAX_PATTERN_LENGTH = 256

// RE2 and not RegExp: a flow's author must not be able to stop the server with (a+)+$.
const matching =
  (flags: number) =>
  (operand: unknown): Test | undefined => {
    const pattern = compiled(operand, flags)
    return pattern && ((value) => typeof value === 'string' && pattern.test(value))
  }

export const matches = matching(0)
export const matchesIgnoringCase = matching(RE2JS.CASE_INSENSITIVE)

const compiled = (operand: unknown, flags: number): RE2JS | undefined => {
  if (typeof operand !== 'string' || operand.length > MAX_PATTERN_LENGTH) return undefined
  try {
    return RE2JS.compile(operand, flags)
  } catch {
    return undefined
  }
}
