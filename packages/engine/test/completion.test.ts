import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import type { Decision } from '../src/decision.ts'
import { compileFlow, type StepDefinition } from '../src/flow.ts'
import type { EnrolmentStatus, Facts, Person, Source, StepState, StepStatus } from '../src/person.ts'
import { changeStep, look, resumeFlow, skipFlow } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

type Turn =
  | { step: string; to: 'done' | 'skipped'; source: Source }
  | { flow: 'skip' | 'resume' }
  | { facts: Partial<Facts> }
type Case = {
  name: string
  status?: EnrolmentStatus
  facts?: Partial<Facts>
  account?: { id: string; attributes: Person['accountAttributes'] }
  accountSteps?: Record<string, StepStatus>
  steps: (Partial<StepDefinition> & { id: string; status?: StepStatus })[]
  then?: Turn[]
  expected: { status: EnrolmentStatus; completions: number }
}
const { defaults, groups } = readCases<Case>('completion')
const now = Date.parse(defaults.now)

const flowOf = (steps: Case['steps']) => {
  const definitions = steps.map(({ status: _, ...step }) => ({ ...defaults.step, title: step.id, ...step }))
  return compileFlow({ ...defaults.flow, steps: definitions }, 1)
}

const row = (stepId: string, status: StepStatus): StepState => ({ ...defaults.state, stepId, status })

const personIn = ({ status = 'in_progress', facts, account, accountSteps, steps }: Case): Person => ({
  ...defaults.person,
  facts: { attributes: {}, ...facts },
  accountId: account?.id ?? null,
  accountAttributes: account?.attributes ?? {},
  enrolments: [
    {
      ...defaults.enrolment,
      status,
      completedAt: status === 'completed' ? 1 : null,
      skippedAt: status === 'skipped' ? 1 : null,
      steps: steps.flatMap((step) => (step.status ? [row(step.id, step.status)] : [])),
    },
  ],
  accountFlows: accountSteps
    ? [{ flow: defaults.flow.name, steps: Object.entries(accountSteps).map(([id, done]) => row(id, done)) }]
    : [],
})

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', (given) => {
      const catalogue = catalogueOf(1, [{ flow: flowOf(given.steps), open: true }])
      let completions = 0
      const take = ({ person, happenings }: Decision): Person => {
        completions += happenings.filter(({ type }) => type === 'onboarding.completed').length
        return person
      }
      let person = take(look({ catalogue, now }, personIn(given)))
      const completedAt = person.enrolments[0]?.completedAt ?? null
      for (const [index, turn] of (given.then ?? []).entries()) {
        const world = { catalogue, now: now + 1 + index }
        if ('facts' in turn)
          person = take(look(world, { ...person, facts: { attributes: {}, ...turn.facts } }))
        else if ('flow' in turn) person = take((turn.flow === 'skip' ? skipFlow : resumeFlow)(world, person))
        else
          person = take(
            changeStep(world, person, { stepId: turn.step, to: turn.to, source: turn.source, by: null }),
          )
      }
      const enrolment = person.enrolments[0]
      expect({ status: enrolment?.status, completions }).toEqual(given.expected)
      expect(enrolment?.completedAt === null).toBe(given.expected.status !== 'completed')
      if (completedAt !== null) expect(enrolment?.completedAt).toBe(completedAt)
    })
  })
}
