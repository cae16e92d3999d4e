import { isFactName } from './compile.ts'
import { isRecord } from './facts.ts'
import { type Excess, excessOf, MAX_DEPTH, MAX_NODES } from './limits.ts'
import { nearest } from './nearest.ts'
import { type Nested, type Operator, operators } from './operators.ts'
import { type Problem, rendered, shortened } from './problem.ts'
import { asksMemberAsFacts, logicalOperators, shapeOf } from './shape.ts'

// Everything that is wrong, each with its place. Past the limits reading stops, so a hostile
// document costs no more than a full-sized honest one.
export const checkCondition = (condition: unknown, path: string): Problem[] => {
  const walk: Walk = { problems: [], nodes: 0 }
  const excess = isRecord(condition) ? excessOf(condition) : undefined
  if (excess) refuse(walk, path, rendered(condition), ...limit[excess])
  checkClauses(walk, condition, path, 0)
  return walk.problems
}

type Walk = { problems: Problem[]; nodes: number }

const limit: Record<Excess, [expected: string, message: string]> = {
  depth: [`at most ${MAX_DEPTH} levels`, `The condition is nested too deep. Split it, or use dotted paths`],
  nodes: [`at most ${MAX_NODES} nodes`, `The condition is too large. Use $in for many values of one fact`],
}

const conditionWanted = 'an object such as {"plan": "team"}'
const names = [...new Set([...operators.keys(), ...logicalOperators])]
// The operands are checked here, so what they hold need not be compiled to see that the row accepts them.
const unread: Nested = { value: () => () => false, member: () => () => false }

const checkClauses = (walk: Walk, condition: unknown, path: string, depth: number): void => {
  if (spent(walk, depth)) return
  if (!isRecord(condition)) {
    refuse(
      walk,
      path,
      rendered(condition),
      conditionWanted,
      'A condition is an object of facts and what they must be',
    )
    return
  }
  for (const [key, operand] of fieldsOf(condition)) {
    const place = under(path, key)
    if (logicalOperators.has(key)) checkLogical(walk, key, operand, place, depth)
    else if (isFactName(key, operand) && !isMisspelt(key)) checkValue(walk, operand, place, depth)
    else refuseName(walk, key, place, `Write it under a fact: {"seats": {"${shortened(key)}": …}}`)
  }
}

const checkLogical = (walk: Walk, name: string, operand: unknown, path: string, depth: number): void => {
  if (name === '$not') return checkClauses(walk, operand, path, depth + 1)
  if (!Array.isArray(operand)) {
    refuse(walk, path, rendered(operand), 'a list of conditions', `${name} combines several conditions`)
    return
  }
  for (const [index, member] of operand.entries()) checkClauses(walk, member, `${path}[${index}]`, depth + 1)
}

const checkValue = (walk: Walk, operand: unknown, path: string, depth: number): void => {
  if (spent(walk, depth)) return
  const shape = shapeOf(operand)
  if (shape === 'literal') return checkLiteral(walk, operand, path, depth)
  if (shape === 'mixed') {
    refuse(
      walk,
      path,
      rendered(operand),
      'either operators or plain fields',
      'Operators and plain fields stand in one object. For a nested field use a dotted path',
    )
    return
  }
  for (const [name, inner] of fieldsOf(operand as object)) {
    const place = under(path, name)
    const operator = operators.get(name)
    if (operator) checkOperand(walk, name, operator, inner, place, depth + 1)
    else refuseName(walk, name, place, `Write it beside facts: {"${name}": [{"plan": "team"}, …]}`)
  }
}

const checkOperand = (
  walk: Walk,
  name: string,
  operator: Operator,
  operand: unknown,
  path: string,
  depth: number,
): void => {
  if (!operator.test(operand, unread)) {
    refuse(walk, path, rendered(operand), operator.expected, `${name} cannot use this`)
    return
  }
  if (operator.holds === 'literal') checkLiteral(walk, operand, path, depth)
  else if (operator.holds === 'member' && asksMemberAsFacts(operand)) checkClauses(walk, operand, path, depth)
  else checkValue(walk, operand, path, depth)
}

// A value to compare with: JSON, and no operator inside, where it would be taken literally.
const checkLiteral = (walk: Walk, literal: unknown, path: string, depth: number): void => {
  if (depth > MAX_DEPTH) return
  if (Array.isArray(literal)) {
    for (const [index, member] of literal.entries())
      checkLiteral(walk, member, `${path}[${index}]`, depth + 1)
  } else if (isRecord(literal)) {
    if (spent(walk, depth)) return
    for (const [key, inner] of fieldsOf(literal)) {
      const place = under(path, key)
      if (!key.startsWith('$')) checkLiteral(walk, inner, place, depth + 1)
      else
        refuse(
          walk,
          place,
          shortened(key),
          'a plain field',
          'An operator inside a value is not applied. Use a dotted path',
        )
    }
  } else if (!isJsonScalar(literal)) {
    refuse(walk, path, rendered(literal), 'a JSON value', 'Only JSON values can be compared')
  }
}

const isJsonScalar = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)

const isMisspelt = (key: string): boolean => key.startsWith('$') && nearest(key, names) !== undefined

const refuseName = (walk: Walk, name: string, path: string, instead: string): void => {
  if (names.includes(name))
    return refuse(
      walk,
      path,
      name,
      'an operator that may stand here',
      `${name} does not work here. ${instead}`,
    )
  const meant = nearest(name, names)
  const hint = meant ? `Did you mean ${meant}?` : `Known are ${names.join(' ')}`
  refuse(
    walk,
    path,
    shortened(name),
    meant ?? 'a known operator',
    `Unknown operator ${shortened(name)}. ${hint}`,
  )
}

const refuse = (walk: Walk, path: string, found: string, expected: string, message: string): void => {
  if (walk.problems.length > MAX_NODES) return
  walk.problems.push({ path, found, expected, message: `${message} (found ${found}, expected ${expected}).` })
}

const spent = (walk: Walk, depth: number): boolean => {
  walk.nodes += 1
  // A clause and its operand are both read, so an honest condition may cost twice its nodes.
  return depth > MAX_DEPTH || walk.nodes > 2 * MAX_NODES + 1
}

// An object with more fields has broken the limit already.
const fieldsOf = (value: object): [string, unknown][] => Object.entries(value).slice(0, MAX_NODES + 1)

const under = (path: string, key: string): string => `${path}.${shortened(key)}`
