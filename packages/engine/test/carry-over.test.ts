import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { enrolmentIn, situationOf, type Decision, type World } from '../src/decision.ts'
import { compileFlow, type Flow, type StepDefinition } from '../src/flow.ts'
import { checkGate } from '../src/gate.ts'
import { guideOf } from '../src/guide.ts'
import { lineagesOf, type EarlierVersion } from '../src/lineage.ts'
import type { EnrolmentStatus, Person, StepState, StepStatus } from '../src/person.ts'
import type { Publication } from '../src/publication.ts'
import { look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

type Fragment = Partial<StepDefinition> & { id: string }
type Expected = {
  version: number
  status: EnrolmentStatus
  steps: Record<string, StepStatus>
  told: string[]
}
type Given = {
  name: string
  status?: EnrolmentStatus
  states: Record<string, StepStatus>
  expected: Expected
}
type Choice = Pick<Publication, 'policy' | 'reopen'>
type Single = Given & Choice & { before: Fragment[]; after: Fragment[] }
/** Version 1 is published first, without further ado; then these, while the person is away. */
type Story = Given & { versions: Fragment[][]; publications: (Choice & { version: number })[] }

const { defaults, groups } = readCases<Single | Story>('carry-over')
const now = Date.parse(defaults.now)

const storyOf = (given: Single | Story): Story =>
  'versions' in given
    ? given
    : { ...given, versions: [given.before, given.after], publications: [{ ...given, version: 2 }] }

const compiled = (versions: Fragment[][]): Flow[] => {
  const earlier: EarlierVersion[] = []
  return versions.map((fragments, index) => {
    const steps = fragments.map((step) => ({ ...defaults.step, title: step.id, ...step }))
    const document = { ...defaults.flow, steps }
    const lineages = lineagesOf(document, index + 1, earlier)
    earlier.unshift({ version: index + 1, document, lineages })
    return compileFlow(document, index + 1, lineages)
  })
}

const personIn = (flow: Flow, { states, status = 'in_progress' }: Given): Person => {
  const rows = (scope: string): StepState[] =>
    flow.steps
      .filter((step) => step.scope === scope && states[step.id] !== undefined)
      .map(({ lineage, version, id }) => ({
        ...defaults.state,
        stepId: lineage,
        stepVersion: version,
        status: states[id]!,
        settledAt: 1,
      }))
  const times = {
    in_progress: {},
    completed: { completedAt: 2 },
    skipped: { skippedAt: 2 },
  }
  const steps = rows('person')
  const enrolment = { ...defaults.enrolment, ...times[status], status, publication: 1, steps }
  return {
    ...defaults.person,
    facts: { attributes: {}, market: 'FR' },
    accountId: 'acme',
    enrolments: [enrolment],
    accountFlows: [{ flow: flow.name, steps: rows('account') }],
  }
}

const worldAfter = (flows: Flow[], publications: Story['publications'], count: number): World => {
  const first = { version: 1, policy: 'move', reopen: false } as const
  const chain = [first, ...publications]
    .slice(0, count + 1)
    .map(({ version, policy, reopen }, index) => ({ id: index + 1, at: now, version, policy, reopen }))
  const flow = flows.find(({ version }) => version === chain.at(-1)!.version)!
  const versions = new Map(flows.map((one) => [one.version, one]))
  return { now, catalogue: catalogueOf(count, [{ flow, open: true, publications: chain, versions }]) }
}

const told = ({ happenings }: Pick<Decision, 'happenings'>): string[] =>
  happenings
    .filter(({ type }) => !['onboarding.offered', 'onboarding.reached'].includes(type))
    .map(({ type, stepId }) => type.replace('onboarding.', '') + (stepId === null ? '' : ` ${stepId}`))

const outcome = (
  flows: Flow[],
  { person, happenings }: Pick<Decision, 'person' | 'happenings'>,
): Expected => {
  const { version, status, completedAt, ...enrolment } = enrolmentIn(person, 'shop')!
  expect(completedAt !== null).toBe(status === 'completed')
  const flow = flows.find((one) => one.version === version)!
  const { steps } = guideOf(flow, { version, status, completedAt, ...enrolment }, situationOf(person, now))
  return {
    version,
    status,
    steps: Object.fromEntries(steps.map(({ id, status: seen }) => [id, seen])),
    told: told({ happenings }),
  }
}

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', (given) => {
      const { versions, publications, expected } = storyOf(given)
      const flows = compiled(versions)
      const person = personIn(flows[0]!, given)
      const last = worldAfter(flows, publications, publications.length)
      const away = look(last, person)
      expect(outcome(flows, away)).toEqual(expected)
      expect(look(last, away.person).person).toBe(away.person)

      // Whoever comes after each of them ends the same.
      const present = publications.reduce<Pick<Decision, 'person' | 'happenings'>>(
        (seen, _, index) => {
          const next = look(worldAfter(flows, publications, index + 1), seen.person)
          return { person: next.person, happenings: [...seen.happenings, ...next.happenings] }
        },
        { person, happenings: [] },
      )
      expect(outcome(flows, present)).toEqual(expected)
    })
  })
}

test('the time of completion stays, as does the account’s truth', () => {
  const flows = compiled([[{ id: 'a', required: true }], [{ id: 'b', required: true }]])
  const person = personIn(flows[0]!, {
    name: '',
    status: 'completed',
    states: { a: 'done' },
    expected: null!,
  })
  const publication = { version: 2, policy: 'restart', reopen: false } as const
  const moved = look(worldAfter(flows, [publication], 1), person).person
  expect(moved.enrolments).toMatchObject([{ version: 2, completedAt: 2, restartedAt: null }])
  expect(moved.accountFlows).toBe(person.accountFlows)
})

test('what was remembered before a restart proves nothing after it, but for the account', () => {
  const trigger = { event: 'sold' }
  const steps = [
    { id: 'own', required: true, trigger },
    { id: 'shared', required: true, scope: 'account', trigger } as const,
    { id: 'z', required: true },
  ]
  const flows = compiled([steps, steps])
  const states = { own: 'done', shared: 'done' } as const
  const person = personIn(flows[0]!, { name: '', states, expected: null! })
  const restart = worldAfter(flows, [{ version: 2, policy: 'restart', reopen: false }], 1)
  const after = (at: number) => {
    const remembered = [{ name: 'sold', at, properties: {} }]
    const accountFlows = at === now ? [] : person.accountFlows
    return outcome(flows, look({ ...restart, now: now + 2 }, { ...person, remembered, accountFlows })).steps
  }
  expect(after(now - 1)).toEqual({ own: 'todo', shared: 'done', z: 'todo' })
  expect(after(now)).toEqual({ own: 'todo', shared: 'done', z: 'todo' })
  expect(after(now + 1)).toEqual({ own: 'done', shared: 'done', z: 'todo' })
})

test('nobody is reopened for what they did before anybody asked for it', () => {
  const flows = compiled([
    [{ id: 'a', required: true }],
    [{ id: 'b', required: true, trigger: { event: 'sold' } }],
  ])
  const person = personIn(flows[0]!, {
    name: '',
    status: 'completed',
    states: { a: 'done' },
    expected: null!,
  })
  const world = worldAfter(flows, [{ version: 2, policy: 'move', reopen: true }], 1)
  const remembered = [{ name: 'sold', at: 1, properties: {} }]
  expect(outcome(flows, look(world, { ...person, remembered }))).toEqual({
    version: 2,
    status: 'completed',
    steps: { b: 'done' },
    told: ['moved', 'step_completed b'],
  })
})

test('a gate asked for by an id means the step that the person’s own version calls so', () => {
  const steps = [[{ id: 'a' }], [{ id: 'b', renamedFrom: 'a' }], [{ id: 'b' }, { id: 'a' }]]
  const flows = compiled(steps)
  const pin = (version: number) => ({ version, policy: 'pin', reopen: false }) as const
  const world = worldAfter(flows, [pin(2), pin(3)], 2)
  const given = { name: '', states: {}, expected: null! }
  const pinned = personIn(flows[0]!, given)
  const enrolments = pinned.enrolments.map((one) => ({ ...one, version: 3, publication: 3 }))
  const inForce = { ...personIn(flows[2]!, { ...given, states: { a: 'done' } }) }
  const missing = (person: Person, id: string): string[] =>
    checkGate(world, person, { steps: [id], route: '/' }).missing.map(({ step }) => step.id)
  const newest = {
    ...inForce,
    enrolments: enrolments.map((one) => ({ ...one, steps: inForce.enrolments[0]!.steps })),
  }
  expect([missing(newest, 'a'), missing(newest, 'b')]).toEqual([[], ['b']])
  expect([missing(pinned, 'a'), missing(pinned, 'b')]).toEqual([['a'], ['a']])
})

test('an enrolment from before publications were numbered has caught up with the newest of its version', () => {
  const flows = compiled([[{ id: 'a' }], [{ id: 'b' }]])
  const given = { name: '', states: {}, expected: null! }
  const person = personIn(flows[0]!, given)
  const [enrolment] = person.enrolments
  const before = { ...person, enrolments: [{ ...enrolment!, publication: null }] }
  const link = (version: number, policy: 'move' | 'pin' = 'move') => ({ version, policy, reopen: false })
  const versionAfter = (...chain: Story['publications']): number =>
    look(worldAfter(flows, chain, chain.length), before).person.enrolments[0]!.version
  expect(versionAfter(link(2))).toBe(2)
  expect(versionAfter(link(2), link(1))).toBe(1)
  expect(versionAfter(link(2), link(1), link(2, 'pin'))).toBe(1)
  expect(versionAfter(link(2), link(1, 'pin'))).toBe(1)
})
