import type { Condition } from './condition.ts'
import { equalTo, type Test } from './equality.ts'
import { type Facts, isRecord, noFacts, readFact } from './facts.ts'
import { excessOf } from './limits.ts'
import { operators, type Nested } from './operators.ts'
import { patternsMade, renewSteps } from './pattern.ts'
import { asksMemberAsFacts, logicalOperators, shapeOf } from './shape.ts'

export type { Facts } from './facts.ts'

// A host's JavaScript may pass null for a person it does not know; asking first in a wrapper would
// cost more than a whole clause.
type Rule = (facts: Facts | null | undefined) => boolean

const never = (): boolean => false
const always = (): boolean => true

// Closures, no generated code: works under a CSP and needs no trust in the flow. What
// checkCondition would refuse is false here, so that a stored flow can never stop a request.
export const compileCondition = (condition: Condition): ((facts: Facts) => boolean) => {
  if (!isRecord(condition) || excessOf(condition)) return never
  const before = patternsMade()
  const holds = clauses(condition)
  // Most conditions have no patterns, and none of their nanoseconds to spare.
  if (patternsMade() === before) return holds
  return (facts) => {
    renewSteps()
    return holds(facts)
  }
}

const clauses = (condition: unknown): Rule =>
  isRecord(condition) ? all(Object.entries(condition).map(([key, operand]) => clause(key, operand))) : never

const clause = (key: string, operand: unknown): Rule => {
  if (logicalOperators.has(key)) return logical(key, operand)
  if (isFactName(key, operand)) return onFact(key, operand)
  return never
}

// GrowthBook has facts named "$groups". Only operators on such a name tell it from a mistake.
export const isFactName = (key: string, operand: unknown): boolean =>
  !key.startsWith('$') ||
  (shapeOf(operand) === 'operators' && !operators.has(key) && !logicalOperators.has(key))

const logical = (name: string, operand: unknown): Rule => {
  if (name === '$not') return isRecord(operand) ? not(clauses(operand)) : never
  if (!Array.isArray(operand)) return never
  const rules = operand.map(clauses)
  if (name === '$and') return all(rules)
  // An empty $or holds, as in GrowthBook: a list nobody has filled in yet asks nothing.
  const some = rules.length === 0 ? always : any(rules)
  return name === '$or' ? some : not(some)
}

// Absent and null are one to every test. A path of one name, nearly all of them, is read without a
// loop, and the value before the ownership: whatever is not equal or not there needs no second look.
const onFact = (path: string, operand: unknown): Rule => {
  const segments = path.split('.')
  const test = onValue(operand)
  if (segments.length > 1) return (facts) => test(readFact(facts, segments) ?? null)
  if (typeof operand === 'string' || typeof operand === 'number' || typeof operand === 'boolean') {
    return (facts) => facts?.[path] === operand && Object.hasOwn(facts, path)
  }
  return (facts) => {
    const value = facts?.[path]
    return test(value !== undefined && Object.hasOwn(facts as Facts, path) ? value : null)
  }
}

const onValue = (operand: unknown): Test => {
  const shape = shapeOf(operand)
  if (shape === 'literal') return equalTo(operand)
  if (shape === 'mixed') return never
  return all(
    Object.entries(operand as Facts).map(
      ([name, inner]) => operators.get(name)?.test(inner, nested) ?? never,
    ),
  )
}

const onMember = (operand: unknown): Test => {
  if (!asksMemberAsFacts(operand)) return onValue(operand)
  const rule = clauses(operand)
  return (member) => rule(isRecord(member) ? member : noFacts)
}

const nested: Nested = { value: onValue, member: onMember }

const not =
  (rule: Rule): Rule =>
  (facts) =>
    !rule(facts)

const all = <T>(parts: ((subject: T) => boolean)[]): ((subject: T) => boolean) => {
  const [first, second, third] = parts
  if (!first) return always
  if (!second) return first
  if (!third) return (subject) => first(subject) && second(subject)
  return (subject) => {
    for (const part of parts) if (!part(subject)) return false
    return true
  }
}

const any = (rules: Rule[]): Rule => {
  const [first, second, third] = rules
  if (first && second && !third) return (facts) => first(facts) || second(facts)
  return (facts) => {
    for (const rule of rules) if (rule(facts)) return true
    return false
  }
}
