import { describe, expect, test } from 'vitest'
import { situationOf } from '../src/decision.ts'
import { compileFlow, type StepDefinition } from '../src/flow.ts'
import { guideOf } from '../src/guide.ts'
import type { Facts, StepStatus } from '../src/person.ts'
import { nextStepOf, positionOf, progressOf, type Position } from '../src/progress.ts'
import { readCases } from './read-cases.ts'

type Fragment = Partial<StepDefinition> & { id: string; status?: StepStatus }
type Case = {
  name: string
  facts?: Partial<Facts>
  steps: Fragment[]
  expected: { progress: number; position: Position; nextStep: string | null }
}
const { defaults, groups } = readCases<Case>('progress')

const guideFor = ({ facts, steps }: Pick<Case, 'facts' | 'steps'>) => {
  const definitions = steps.map(({ status: _, ...step }) => ({ ...defaults.step, title: step.id, ...step }))
  const flow = compileFlow({ ...defaults.flow, steps: definitions }, 1)
  const rows = steps.flatMap(({ id, status }) => (status ? [{ ...defaults.state, stepId: id, status }] : []))
  const person = { ...defaults.person, facts: { attributes: {}, ...facts } }
  return guideOf(flow, { ...defaults.enrolment, steps: rows }, situationOf(person, Date.parse(defaults.now)))
}

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ expected, ...given }) => {
      const { steps } = guideFor(given)
      expect({
        progress: progressOf(steps),
        position: positionOf(steps),
        nextStep: nextStepOf(steps),
      }).toEqual(expected)
    })
  })
}
