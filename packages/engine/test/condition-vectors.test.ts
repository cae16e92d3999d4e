import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkCondition } from '../src/condition/check.ts'
import { compileCondition } from '../src/condition/compile.ts'
import type { Condition } from '../src/condition/condition.ts'
import type { Facts } from '../src/condition/facts.ts'

type Case = [name: string, condition: Condition, facts: Facts, expected: boolean]
type Way = 'answers otherwise' | 'refused' | 'refused and answers otherwise'

const coercion = 'no coercion between types: an absent fact is not 0, and "8" is not 8'
const savedGroups = 'saved groups belong to GrowthBook; a list of people is the allow-list of a release'
const unknownOperator = 'an unknown operator is a mistake of the author, told when the flow is checked'
const operandType =
  'an operand that can never match is a mistake of the author, told when the flow is checked'
const invalidPattern =
  'a pattern that does not compile is a mistake of the author, told when the flow is checked'

// Everything in which we differ from GrowthBook's public cases. Compiled, a refused part is false,
// so most refused cases still answer as GrowthBook does.
const deliberate: { name: string; way: Way; reason: string }[] = [
  { name: 'missing attribute with comparison operators', way: 'answers otherwise', reason: coercion },
  { name: 'comparing numbers and strings', way: 'answers otherwise', reason: coercion },
  { name: 'comparing numbers and strings - v2', way: 'answers otherwise', reason: coercion },
  {
    name: '$inGroup passes for member of known group id',
    way: 'refused and answers otherwise',
    reason: savedGroups,
  },
  { name: '$inGroup fails for non-member of known group id', way: 'refused', reason: savedGroups },
  { name: '$inGroup fails for unknown group id', way: 'refused', reason: savedGroups },
  { name: '$notInGroup fails for member of known group id', way: 'refused', reason: savedGroups },
  {
    name: '$notInGroup passes for non-member of known group id',
    way: 'refused and answers otherwise',
    reason: savedGroups,
  },
  {
    name: '$notInGroup passes for unknown group id',
    way: 'refused and answers otherwise',
    reason: savedGroups,
  },
  {
    name: '$inGroup passes for properly typed data',
    way: 'refused and answers otherwise',
    reason: savedGroups,
  },
  { name: '$inGroup fails for improperly typed data', way: 'refused', reason: savedGroups },
  { name: 'unknown operator - pass', way: 'refused', reason: unknownOperator },
  { name: '$in - not array', way: 'refused', reason: operandType },
  { name: '$nin - not array', way: 'refused', reason: operandType },
  { name: '$ini - not array', way: 'refused', reason: operandType },
  { name: '$nini - not array', way: 'refused', reason: operandType },
  { name: '$regex invalid - pass', way: 'refused', reason: invalidPattern },
  { name: '$regex invalid - fail', way: 'refused', reason: invalidPattern },
]

const file = new URL('../../../../shared/vectors/growthbook-cases.json', import.meta.url)

if (!existsSync(file)) {
  test.skip(`GrowthBook's public cases: ${file.pathname} is not there`, () => {})
} else {
  const cases = (JSON.parse(readFileSync(file, 'utf8')) as { evalCondition: Case[] }).evalCondition

  const wayOf = ([, condition, facts, expected]: Case): Way | 'agrees' => {
    const differs = compileCondition(condition)(facts) !== expected
    const refused = checkCondition(condition, 'condition').length > 0
    if (refused) return differs ? 'refused and answers otherwise' : 'refused'
    return differs ? 'answers otherwise' : 'agrees'
  }

  describe("GrowthBook's public cases", () => {
    test('are all there', () => {
      expect(cases).toHaveLength(248)
    })

    test.each(cases.map((row) => ({ name: row[0], row })))('$name', ({ name, row }) => {
      expect(wayOf(row)).toBe(deliberate.find((difference) => difference.name === name)?.way ?? 'agrees')
    })

    test('list no difference that does not exist', () => {
      const names = cases.map(([name]) => name)
      for (const { name } of deliberate) expect(names.filter((other) => other === name)).toHaveLength(1)
    })
  })
}
