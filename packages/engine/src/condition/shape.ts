import { isRecord } from './facts.ts'

export type Shape = 'operators' | 'mixed' | 'literal'

export const logicalOperators: ReadonlySet<string> = new Set(['$and', '$or', '$nor', '$not'])

// What stands on a fact: operators to apply, a value to equal, or an object that is neither.
export const shapeOf = (operand: unknown): Shape => {
  if (!isRecord(operand)) return 'literal'
  const keys = Object.keys(operand)
  const marked = keys.filter((key) => key.startsWith('$')).length
  if (marked === 0) return 'literal'
  return marked === keys.length ? 'operators' : 'mixed'
}

// $elemMatch asks a member either by operators, {"$gt": 5}, or as facts of its own,
// {"name": "x"} or {"$or": [{…}, {…}]}. $not alone reads as an operator on the member.
export const asksMemberAsFacts = (operand: unknown): boolean =>
  shapeOf(operand) !== 'operators' ||
  Object.keys(operand as object).every((key) => key !== '$not' && logicalOperators.has(key))
