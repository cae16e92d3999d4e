import { compileCondition, isFactName } from './compile.ts'
import type { Condition } from './condition.ts'
import { type Facts, isRecord, noFacts, readFact } from './facts.ts'
import { excessOf } from './limits.ts'
import { logicalOperators, shapeOf } from './shape.ts'

// One comparison and the value that decided it. `result` is unknown when the fact is absent and the
// comparison did not ask for that; `holds` says how it counted all the same. `path` is the fact's
// name, behind where it stands: "plan", "$or[1].account.seats".
export type Clause = {
  path: string
  operator: string
  expected: unknown
  found: unknown
  result: true | false | 'unknown'
  holds: boolean
}

// For a condition without $or, $nor and $not: all rows hold exactly when the compiled condition does.
export const explainCondition = (condition: Condition, facts: Facts): Clause[] => {
  const excess = isRecord(condition) ? excessOf(condition) : 'nodes'
  if (excess) return [broken('', '$and', condition)]
  return clausesOf(condition, isRecord(facts) ? facts : noFacts, '')
}

const clausesOf = (condition: unknown, facts: Facts, before: string): Clause[] =>
  isRecord(condition)
    ? Object.entries(condition).flatMap(([key, operand]) => clauseRows(key, operand, facts, before))
    : [broken(before, '$and', condition)]

const clauseRows = (key: string, operand: unknown, facts: Facts, before: string): Clause[] => {
  const place = before === '' ? key : `${before}.${key}`
  if (key === '$not' && isRecord(operand)) return clausesOf(operand, facts, place)
  if (key !== '$not' && logicalOperators.has(key) && Array.isArray(operand)) {
    return operand.flatMap((member, index) => clausesOf(member, facts, `${place}[${index}]`))
  }
  if (logicalOperators.has(key) || !isFactName(key, operand)) return [broken(before, key, operand)]
  const found = readFact(facts, key.split('.'))
  const row = (operator: string, expected: unknown, alone: unknown): Clause => {
    const holds = compileCondition({ [key]: alone })(facts)
    const known = found !== undefined || asksAbsence(operator, expected)
    return { path: place, operator, expected, found, result: known ? holds : 'unknown', holds }
  }
  if (shapeOf(operand) !== 'operators') return [row('$eq', operand, operand)]
  return Object.entries(operand as Facts).map(([name, inner]) => row(name, inner, { [name]: inner }))
}

const lists = new Set(['$in', '$nin', '$ini', '$nini'])

const asksAbsence = (operator: string, expected: unknown): boolean => {
  if (operator === '$exists' || operator === '$type' || expected === null) return true
  if (lists.has(operator)) return Array.isArray(expected) && expected.includes(null)
  return (
    operator === '$not' &&
    isRecord(expected) &&
    Object.entries(expected).every(([name, inner]) => asksAbsence(name, inner))
  )
}

// What the check refuses counts as false; it is shown so that nobody looks for a fact in vain.
const broken = (path: string, operator: string, expected: unknown): Clause => ({
  path,
  operator,
  expected,
  found: undefined,
  result: false,
  holds: false,
})
