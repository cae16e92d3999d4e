import { describe, expect, test } from 'vitest'
import { checkFlow } from '../src/check-flow.ts'
import type { FlowDocument, StepDefinition } from '../src/flow.ts'

const step = (id: string, rest: Partial<StepDefinition> = {}): StepDefinition => ({
  id,
  version: 1,
  title: id,
  required: false,
  weight: 1,
  scope: 'person',
  completion: 'claim',
  onVersionChange: 'keep',
  ...rest,
})

const flow = (steps: readonly StepDefinition[], rest: Partial<FlowDocument> = {}): FlowDocument => ({
  name: 'shop',
  priority: 0,
  steps,
  gates: {},
  nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 80, stopAfterDays: 28 },
  plans: [],
  ...rest,
})

const chain = (length: number, last: readonly string[]): StepDefinition[] =>
  Array.from({ length }, (_, index) =>
    step(`s${index}`, { dependsOn: index + 1 < length ? [`s${index + 1}`] : last }),
  )

const from = '2026-03-01T09:00:00Z'

const sound: { name: string; document: FlowDocument }[] = [
  { name: 'no step', document: flow([]) },
  { name: 'one step', document: flow([step('a')]) },
  { name: 'a dependency on a later step', document: flow([step('a', { dependsOn: ['b'] }), step('b')]) },
  { name: 'no dependency', document: flow([step('a', { dependsOn: [] })]) },
  {
    name: 'two ways to the same step',
    document: flow([
      step('a', { dependsOn: ['b', 'c'] }),
      step('b', { dependsOn: ['d'] }),
      step('c', { dependsOn: ['d'] }),
      step('d'),
    ]),
  },
  { name: 'a chain of 100', document: flow(chain(100, [])) },
  { name: 'a gate', document: flow([step('a')], { gates: { publish: { steps: ['a'], critical: true } } }) },
  {
    name: 'a listed plan',
    document: flow([step('a', { requiredPlan: 'team' })], { plans: ['free', 'team'] }),
  },
  {
    name: 'one activation',
    document: flow([step('a', { activation: true }), step('b', { activation: false })]),
  },
  {
    name: 'an end after the beginning',
    document: flow([step('a', { activeFrom: from, activeTo: '2026-03-01T09:00:00.001Z' })]),
  },
  {
    name: 'an end after the beginning only by the offset',
    document: flow([
      step('a', { activeFrom: '2026-03-01T10:00:00+02:00', activeTo: '2026-03-01T09:00:00Z' }),
    ]),
  },
  { name: 'an end without a beginning', document: flow([step('a', { activeTo: from })]) },
  { name: 'a former id that is gone', document: flow([step('a', { renamedFrom: 'z' })]) },
  {
    name: 'conditions',
    document: flow(
      [
        step('a', {
          condition: { 'account.tier': 'gold' },
          required: { seats: { $gte: 2 } },
          trigger: { event: 'paid', where: { amount: { $gt: 0 } } },
        }),
      ],
      { audience: { plan: { $in: ['team'] } } },
    ),
  },
]

test.each(sound)('sound: $name', ({ document }) => {
  expect(checkFlow(document)).toEqual([])
})

const broken: { name: string; document: FlowDocument; paths: string[]; found?: string }[] = [
  {
    name: 'an id twice',
    document: flow([step('a'), step('b'), step('a')]),
    paths: ['steps[2].id'],
    found: '"a"',
  },
  {
    name: 'an id three times',
    document: flow([step('a'), step('a'), step('a')]),
    paths: ['steps[1].id', 'steps[2].id'],
  },
  {
    name: 'a plan twice',
    document: flow([step('a')], { plans: ['free', 'team', 'free'] }),
    paths: ['plans[2]'],
  },
  {
    name: 'a dependency that does not exist',
    document: flow([step('a', { dependsOn: ['b', 'c'] }), step('b')]),
    paths: ['steps[0].dependsOn[1]'],
    found: '"c"',
  },
  {
    name: 'a dependency called constructor',
    document: flow([step('a', { dependsOn: ['constructor'] })]),
    paths: ['steps[0].dependsOn[0]'],
  },
  {
    name: 'a step that waits for itself',
    document: flow([step('a', { dependsOn: ['a'] })]),
    paths: ['steps[0].dependsOn'],
    found: 'a → a',
  },
  {
    name: 'a circle of 2',
    document: flow(chain(2, ['s0'])),
    paths: ['steps[0].dependsOn', 'steps[1].dependsOn'],
    found: 's0 → s1 → s0',
  },
  {
    name: 'a circle of 3',
    document: flow(chain(3, ['s0'])),
    paths: ['steps[0].dependsOn', 'steps[1].dependsOn', 'steps[2].dependsOn'],
    found: 's0 → s1 → s2 → s0',
  },
  {
    name: 'a circle, but not the step that leads to it',
    document: flow([step('a', { dependsOn: ['s0'] }), ...chain(2, ['s0'])]),
    paths: ['steps[1].dependsOn', 'steps[2].dependsOn'],
  },
  {
    name: 'a gate with a step that does not exist',
    document: flow([step('a')], { gates: { publish: { steps: ['a', 'b'], critical: true } } }),
    paths: ['gates.publish.steps[1]'],
    found: '"b"',
  },
  {
    name: 'two gates with a step that does not exist',
    document: flow([step('a')], {
      gates: { publish: { steps: ['b'], critical: true }, sell: { steps: ['c'], critical: false } },
    }),
    paths: ['gates.publish.steps[0]', 'gates.sell.steps[0]'],
  },
  {
    name: 'a plan that is not listed',
    document: flow([step('a', { requiredPlan: 'gold' })], { plans: ['free'] }),
    paths: ['steps[0].requiredPlan'],
    found: '"gold"',
  },
  {
    name: 'a plan, and none is listed',
    document: flow([step('a', { requiredPlan: 'free' })]),
    paths: ['steps[0].requiredPlan'],
  },
  {
    name: 'a plan in another case',
    document: flow([step('a', { requiredPlan: 'Free' })], { plans: ['free'] }),
    paths: ['steps[0].requiredPlan'],
  },
  {
    name: 'two activations',
    document: flow([step('a', { activation: true }), step('b', { activation: true })]),
    paths: ['steps'],
    found: '"a", "b"',
  },
  {
    name: 'an end before the beginning',
    document: flow([step('a', { activeFrom: from, activeTo: '2026-02-01T09:00:00Z' })]),
    paths: ['steps[0].activeTo'],
    found: '2026-02-01T09:00:00Z',
  },
  {
    name: 'an end at the beginning',
    document: flow([step('a', { activeFrom: from, activeTo: from })]),
    paths: ['steps[0].activeTo'],
  },
  {
    name: 'an end at the beginning, by the offset',
    document: flow([step('a', { activeFrom: from, activeTo: '2026-03-01T10:00:00+01:00' })]),
    paths: ['steps[0].activeTo'],
  },
  {
    name: 'a former id that is still there',
    document: flow([step('a', { renamedFrom: 'b' }), step('b')]),
    paths: ['steps[0].renamedFrom'],
    found: '"b"',
  },
  {
    name: 'its own id as former id',
    document: flow([step('a', { renamedFrom: 'a' })]),
    paths: ['steps[0].renamedFrom'],
  },
  {
    name: 'the condition of a step',
    document: flow([step('a', { condition: { seats: { $gtt: 1 } } })]),
    paths: ['steps[0].condition.seats.$gtt'],
  },
  {
    name: 'the requirement of a step',
    document: flow([step('a'), step('b', { required: { seats: { $gtt: 1 } } })]),
    paths: ['steps[1].required.seats.$gtt'],
  },
  {
    name: 'the trigger of a step',
    document: flow([step('a', { trigger: { event: 'paid', where: { $or: [{ amount: { $gtt: 1 } }] } } })]),
    paths: ['steps[0].trigger.where.$or[0].amount.$gtt'],
  },
  {
    name: 'the audience',
    document: flow([step('a')], { audience: { seats: { $gtt: 1 } } }),
    paths: ['audience.seats.$gtt'],
  },
]

describe('broken', () => {
  test.each(broken)('$name', ({ document, paths, found }) => {
    const problems = checkFlow(document)
    expect(problems.map(({ path }) => path)).toEqual(paths)
    if (found !== undefined) expect(problems[0]?.found).toBe(found)
    for (const problem of problems) {
      for (const text of [problem.found, problem.expected, problem.message]) expect(text).not.toBe('')
    }
  })

  test('every problem at once', () => {
    const paths = checkFlow(
      flow(
        [
          step('a', { dependsOn: ['b', 'nothing'], activation: true, condition: { x: { $gtt: 1 } } }),
          step('b', { dependsOn: ['a'], activation: true, requiredPlan: 'gold', renamedFrom: 'a' }),
          step('c'),
          step('c', { required: { x: { $gtt: 1 } }, activeFrom: from, activeTo: from }),
        ],
        {
          plans: ['free', 'free'],
          audience: { x: { $gtt: 1 } },
          gates: { publish: { steps: ['z'], critical: true } },
        },
      ),
    ).map(({ path }) => path)
    expect(new Set(paths)).toEqual(
      new Set([
        'audience.x.$gtt',
        'plans[1]',
        'steps',
        'steps[3].id',
        'steps[0].dependsOn',
        'steps[0].dependsOn[1]',
        'steps[0].condition.x.$gtt',
        'steps[1].dependsOn',
        'steps[1].requiredPlan',
        'steps[1].renamedFrom',
        'steps[3].required.x.$gtt',
        'steps[3].activeTo',
        'gates.publish.steps[0]',
      ]),
    )
  })
})

describe('quickly', () => {
  test('a circle of 100 is found at every one of its steps', () => {
    const problems = checkFlow(flow(chain(100, ['s0'])))
    expect(problems.map(({ path }) => path)).toEqual(
      Array.from({ length: 100 }, (_, index) => `steps[${index}].dependsOn`),
    )
  })

  test('100 steps of which each waits for all later ones', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `s${index}`)
    const steps = ids.map((id, index) => step(id, { dependsOn: ids.slice(index + 1) }))
    expect(checkFlow(flow(steps))).toEqual([])
  })
})
