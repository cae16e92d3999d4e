import { expect, test } from 'vitest'
import { diffDocuments, type FlowDocument, type StepDefinition } from '../src/index.ts'

const step = (id: string, more: Partial<StepDefinition> = {}): StepDefinition => ({
  id,
  version: 1,
  title: id,
  required: false,
  weight: 1,
  scope: 'person',
  completion: 'claim',
  onVersionChange: 'keep',
  ...more,
})

const flow = (steps: StepDefinition[], more: Partial<FlowDocument> = {}): FlowDocument => ({
  name: 'flow',
  priority: 0,
  steps,
  gates: {},
  nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 80, stopAfterDays: 28 },
  plans: [],
  ...more,
})

const kinds = (before: FlowDocument, after: FlowDocument): string[] =>
  diffDocuments(before, after).map(({ kind, path }) => `${kind} ${path}`)

const [a, b, c] = [step('a'), step('b'), step('c')]

test.each<[string, FlowDocument, FlowDocument, string[]]>([
  ['equal documents', flow([a, b]), flow([step('a'), step('b')]), []],
  [
    'the order of the fields of an object',
    flow([step('a', { title: { en: 'A', fr: 'B' } })]),
    flow([step('a', { title: { fr: 'B', en: 'A' } })]),
    [],
  ],
  ['a step more', flow([a]), flow([a, b]), ['added steps.b']],
  ['a step less', flow([a, b]), flow([b]), ['removed steps.a']],
  ['another order', flow([a, b, c]), flow([c, a, b]), ['reordered steps']],
  [
    'a renamed step that also moved and weighs more',
    flow([a, b]),
    flow([step('c', { title: 'b', renamedFrom: 'b', weight: 0 }), a]),
    ['renamed steps.c', 'changed steps.c.weight', 'added steps.c.renamedFrom', 'reordered steps'],
  ],
  [
    'a step said to be renamed from one that is still there',
    flow([a]),
    flow([a, step('b', { renamedFrom: 'a' })]),
    ['added steps.b'],
  ],
  [
    'fields of 0, false, null and ""',
    flow([step('a', { weight: 0, required: false, condition: { plan: null, role: '' } })]),
    flow([step('a', { weight: 1, required: true, condition: { plan: '', role: null } })]),
    [
      'changed steps.a.required',
      'changed steps.a.weight',
      'changed steps.a.condition.plan',
      'changed steps.a.condition.role',
    ],
  ],
  [
    'settings',
    flow([a], { gates: { publish: { steps: ['a'], critical: true } }, plans: ['free'] }),
    flow([a], {
      gates: { publish: { steps: ['a'], critical: false }, 'check out': { steps: ['a'], critical: true } },
      plans: ['free', 'team'],
      audience: { plan: 'team' },
    }),
    ['changed gates.publish.critical', 'added gates."check out"', 'changed plans', 'added audience'],
  ],
])('two documents differ in %s', (_, before, after, expected) => {
  expect(kinds(before, after)).toEqual(expected)
})
