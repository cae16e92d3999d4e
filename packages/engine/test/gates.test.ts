import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { compileFlow, type FlowDocument, type StepDefinition } from '../src/flow.ts'
import { checkGate, type GateQuestion } from '../src/gate.ts'
import type { Enrolment, Facts, Person, StepState, StepStatus } from '../src/person.ts'
import { readCases } from './read-cases.ts'

type States = Record<string, StepStatus>
type Case = {
  name: string
  flows: (Omit<Partial<FlowDocument>, 'steps'> & {
    name: string
    steps: (Partial<StepDefinition> & { id: string })[]
    version?: number
    lineages?: Record<string, string>
    open?: boolean
  })[]
  facts?: Partial<Facts>
  account?: { id: string; attributes: Person['accountAttributes'] }
  accountSteps?: Record<string, States>
  enrolments: (Partial<Enrolment> & { flow: string; states: States })[]
  ask: Omit<GateQuestion, 'route'>
  expected: { refused: string } | { missing: string[]; enrolled: string[] }
}
const { defaults, groups } = readCases<Case>('gates')

const rows = (states: States): StepState[] =>
  Object.entries(states).map(([stepId, status]) => ({ ...defaults.state, stepId, status }))

const worldIn = ({ flows }: Case) => {
  const live = flows.map(({ version = 1, open = true, lineages, steps, ...flow }) => {
    const definitions = steps.map((step) => ({ ...defaults.step, title: step.id, ...step }))
    return { open, flow: compileFlow({ ...defaults.flow, ...flow, steps: definitions }, version, lineages) }
  })
  return { catalogue: catalogueOf(1, live), now: Date.parse(defaults.now) }
}

const personIn = ({ facts, account, accountSteps = {}, enrolments }: Case): Person => ({
  ...defaults.person,
  facts: { attributes: {}, ...facts },
  accountId: account?.id ?? null,
  accountAttributes: account?.attributes ?? {},
  enrolments: enrolments.map(({ states, ...one }) => ({
    ...defaults.enrolment,
    ...one,
    steps: rows(states),
  })),
  accountFlows: Object.entries(accountSteps).map(([flow, states]) => ({ flow, steps: rows(states) })),
})

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', (given) => {
      const person = personIn(given)
      const decision = checkGate(worldIn(given), person, { ...given.ask, route: 'POST /publish' })
      const blocked = decision.happenings.filter(({ type }) => type === 'gating.blocked')
      if ('refused' in given.expected) {
        expect(decision.refusal?.code).toBe(given.expected.refused)
        expect(decision).toMatchObject({ missing: [], happenings: [] })
        expect(decision.person).toBe(person)
        return
      }
      const { missing, enrolled } = given.expected
      expect(decision.refusal).toBeUndefined()
      expect(decision.missing.map(({ step }) => step.id)).toEqual(missing)
      expect(decision.person.enrolments.map(({ flow }) => flow)).toEqual(enrolled)
      expect(blocked.map(({ stepId, data }) => ({ stepId, ...data }))).toEqual(
        missing.length === 0
          ? []
          : [{ stepId: missing[0], missingStep: missing[0], missingSteps: missing, route: 'POST /publish' }],
      )
      const isMoved = decision.happenings.some(({ type }) => type === 'onboarding.moved')
      if (enrolled.length === given.enrolments.length && !isMoved) expect(decision.person).toBe(person)
    })
  })
}
