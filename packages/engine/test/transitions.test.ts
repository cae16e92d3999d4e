import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { transition, type TransitionRequest } from '../src/transition.ts'

type Case = Omit<TransitionRequest, 'stepId' | 'restrictedTo'> & { name: string; expected: string }
type File = { groups: { name: string; cases: Case[] }[] }

const file = new URL('../../../conformance/transitions.json', import.meta.url)
const { groups } = JSON.parse(readFileSync(file, 'utf8')) as File

const decided = (request: Omit<TransitionRequest, 'stepId' | 'restrictedTo'>) =>
  transition({ ...request, stepId: 'payments', restrictedTo: request.allowed ? [] : ['owner'] })

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ expected, name: _, ...request }) => {
      const decision = decided(request)
      expect(decision.kind === 'refused' ? decision.refusal.code : decision.kind).toBe(expected)
    })
  })
}

test('the table has every combination', () => {
  const keys = groups
    .slice(0, 6)
    .flatMap(({ cases }) => cases.map(({ name: _, expected: __, ...key }) => JSON.stringify(key)))
  expect(new Set(keys).size).toBe(3 * 2 * 2 ** 5)
})

test('a refusal names the step and what stands against it', () => {
  for (const { expected, name: _, ...request } of groups.flatMap(({ cases }) => cases)) {
    const decision = decided(request)
    if (decision.kind !== 'refused') continue
    expect(decision.refusal.message).toContain('"payments"')
    if (expected === 'role_not_allowed') expect(decision.refusal.message).toContain('owner')
    if (expected === 'dependency_open')
      expect(decision.refusal.message).toContain(request.openDependencies.join(', '))
  }
})
