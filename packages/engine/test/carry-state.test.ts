import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { enrolmentIn, situationOf } from '../src/decision.ts'
import { compileFlow, type StepDefinition } from '../src/flow.ts'
import { guideOf } from '../src/guide.ts'
import type { Facts, Person, StepState, StepStatus } from '../src/person.ts'
import { stateOf, statusOf } from '../src/step-state.ts'
import { changeStep, look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

type Fragment = Partial<StepDefinition> & { id: string }
type Lookup = {
  name: string
  step: Fragment
  rows: Pick<StepState, 'stepId' | 'stepVersion' | 'status'>[]
  facts?: Partial<Facts>
  expected: { status: StepStatus; row: Pick<StepState, 'stepId' | 'stepVersion'> | null }
}
type Story = { name: string; turns: { step: Fragment; do?: 'done' | 'skipped'; status: StepStatus }[] }
const { defaults, groups } = readCases<Lookup | Story>('carry-state')
const now = Date.parse(defaults.now)

const flowWith = (step: Fragment, version: number) =>
  compileFlow({ ...defaults.flow, steps: [{ ...defaults.step, title: step.id, ...step }] }, version)

const lookUp = ({ step, rows, facts, expected }: Lookup): void => {
  const compiled = flowWith(step, 1).steps[0]!
  const person = { ...defaults.person, facts: { attributes: {}, ...facts } }
  const state = stateOf(
    compiled,
    rows.map((row) => ({ ...defaults.state, ...row })),
  )
  expect(statusOf(state, compiled.required(situationOf(person, now).facts))).toBe(expected.status)
  expect(state ? { stepId: state.stepId, stepVersion: state.stepVersion } : null).toEqual(expected.row)
}

const tell = ({ turns }: Story): void => {
  let person: Person = { ...defaults.person, accountId: 'acme' }
  for (const [index, turn] of turns.entries()) {
    const flow = flowWith(turn.step, index + 1)
    const world = { catalogue: catalogueOf(index, [{ flow, open: true }]), now: now + index }
    const change = { stepId: turn.step.id, source: 'user', by: 'ada' } as const
    person = (turn.do ? changeStep(world, person, { ...change, to: turn.do }) : look(world, person)).person
    const enrolment = enrolmentIn(person, flow.name)!
    expect(enrolment.version).toBe(index + 1)
    const { steps } = guideOf(flow, enrolment, situationOf(person, now))
    expect(
      steps.map(({ status }) => status),
      `turn ${index + 1}`,
    ).toEqual([turn.status])
  }
}

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', (given) => ('turns' in given ? tell(given) : lookUp(given)))
  })
}
