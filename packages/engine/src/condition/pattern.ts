import { RE2JS } from 're2js'
import type { Test } from './equality.ts'

export const MAX_PATTERN_LENGTH = 256
export const MAX_PATTERN_INSTRUCTIONS = 300

// RE2 takes linear time, at worst some 0.3 µs for each character and instruction: `[ab]*a[ab]{20}$` against 16 KB takes
// 0.2 s. So the patterns of one evaluation have a budget of steps, 3 ms at worst; honest ones need a tenth of it.
const mostSteps = 10_000

let stepsLeft = 0
let made = 0

/** How many patterns were compiled so far. */
export const patternsMade = (): number => made

/** To be called before each evaluation of a whole condition. Evaluations never wait, so one counter serves them all. */
export const renewSteps = (): void => {
  stepsLeft = mostSteps
}

// RE2 and not RegExp: a flow's author must not be able to stop the server with (a+)+$.
const matching =
  (flags: number) =>
  (operand: unknown): Test | undefined => {
    const pattern = compiled(operand, flags)
    if (pattern === undefined) return undefined
    const instructions = pattern.programSize()
    if (instructions > MAX_PATTERN_INSTRUCTIONS) return undefined
    made += 1
    return (value) => {
      if (typeof value !== 'string') return false
      const steps = instructions * (value.length + 1)
      if (steps > stepsLeft) return false
      stepsLeft -= steps
      return pattern.test(value)
    }
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
