import type { Test } from './equality.ts'

// Number with number, string with string (by UTF-16 code units), anything else is false: neither
// an absent fact nor "8" is less than 10. One closure an operator and type keeps the comparison
// monomorphic, which is where the nanoseconds are.
export const greaterThan = (operand: unknown): Test | undefined => {
  if (typeof operand === 'number') return (value) => typeof value === 'number' && value > operand
  if (typeof operand === 'string') return (value) => typeof value === 'string' && value > operand
  return undefined
}

export const atLeast = (operand: unknown): Test | undefined => {
  if (typeof operand === 'number') return (value) => typeof value === 'number' && value >= operand
  if (typeof operand === 'string') return (value) => typeof value === 'string' && value >= operand
  return undefined
}

export const lessThan = (operand: unknown): Test | undefined => {
  if (typeof operand === 'number') return (value) => typeof value === 'number' && value < operand
  if (typeof operand === 'string') return (value) => typeof value === 'string' && value < operand
  return undefined
}

export const atMost = (operand: unknown): Test | undefined => {
  if (typeof operand === 'number') return (value) => typeof value === 'number' && value <= operand
  if (typeof operand === 'string') return (value) => typeof value === 'string' && value <= operand
  return undefined
}
