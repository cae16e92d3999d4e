import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { enrolmentIn, situationOf } from '../src/decision.ts'
import { compileFlow, type FlowDocument, type StepDefinition } from '../src/flow.ts'
import { guideOf } from '../src/guide.ts'
import { lineagesOf, type EarlierVersion } from '../src/lineage.ts'
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
/** `away`: the version is published, but the person does not look. */
type Turn = { step: Fragment; do?: 'done' | 'skipped'; away?: true; status?: StepStatus }
type Story = { name: string; turns: Turn[] }
const { defaults, groups } = readCases<Lookup | Story>('carry-state')
const now = Date.parse(defaults.now)

const documentWith = (step: Fragment): FlowDocument => ({
  ...defaults.flow,
  steps: [{ ...defaults.step, title: step.id, ...step }],
})

const lookUp = ({ step, rows, facts, expected }: Lookup): void => {
  const lineages = step.renamedFrom === undefined ? {} : { [step.id]: step.renamedFrom }
  const compiled = compileFlow(documentWith(step), 1, lineages).steps[0]!
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
  const earlier: EarlierVersion[] = []
  for (const [index, turn] of turns.entries()) {
    const document = documentWith(turn.step)
    const lineages = lineagesOf(document, index + 1, earlier)
    earlier.unshift({ version: index + 1, document, lineages })
    if (turn.away) continue
    const flow = compileFlow(document, index + 1, lineages)
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
