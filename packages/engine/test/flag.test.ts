import { describe, expect, test } from 'vitest'
import {
  compileExperiment,
  type Experiment,
  type ExperimentDocument,
  type ExperimentStatus,
} from '../src/assignment/experiment.ts'
import { catalogueOf } from '../src/catalogue.ts'
import type { World } from '../src/decision.ts'
import { fillFacts } from '../src/facts.ts'
import { flagOf, flagsOf, type Flag } from '../src/flag.ts'
import { compileFlow } from '../src/flow.ts'
import { stranger, type Facts, type Person } from '../src/person.ts'
import { compileRelease, releasedToAll, type Release } from '../src/release.ts'
import { readCases } from './read-cases.ts'

type Case = {
  name: string
  key?: string
  userId?: string
  facts?: Partial<Facts>
  release?: Partial<Release>
  expected: Pick<Flag, 'value' | 'variant' | 'reason'> | null
}

const { defaults } = readCases('gates')

const now = Date.UTC(2026, 0, 5)

const worldWith = (
  names: readonly string[],
  release: Partial<Release>,
  experiments: readonly Experiment[] = [],
): World => ({
  now,
  catalogue: catalogueOf(
    1,
    names.map((name) => ({
      flow: compileFlow({ ...defaults.flow, name, steps: [] }, 1),
      open: true,
      release: compileRelease(name, { ...releasedToAll, ...release }, 7),
    })),
    experiments,
  ),
})

const person = (userId = 'ada', facts: Partial<Facts> = {}) => ({
  ...stranger(userId),
  facts: { attributes: {}, ...facts },
})

for (const { name, cases } of readCases<Case>('flags').groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ key = 'shop', userId, facts, release = {}, expected }) => {
      const world = worldWith(['shop'], release)
      const found = flagOf(world, person(userId, facts), key)
      if (expected === null) expect(found).toBeUndefined()
      else expect(found).toEqual({ key, ...expected, metadata: { flow: 'shop', revision: 7 } })
      expect(flagsOf(world, person(userId, facts)).find((flag) => flag.key === key)).toEqual(found)
    })
  })
}

test('all flags come in the order of their keys, whatever the order of the flows', () => {
  const keys = (...names: string[]) => flagsOf(worldWith(names, {}), person()).map(({ key }) => key)
  expect(keys('shop', 'saas')).toEqual(
    ['saas', 'shop'].flatMap((name) => [name, `${name}.guardRails`, `${name}.skip`, `${name}.snooze`]),
  )
  expect(keys('saas', 'shop')).toEqual(keys('shop', 'saas'))
})

describe('the flag of an experiment', () => {
  const document: ExperimentDocument = {
    id: 'words',
    name: 'Words',
    flow: 'shop',
    unit: 'user',
    arms: [
      { id: 'plain', config: { skipButtonText: 'Skip' } },
      { id: 'later', config: { skipButtonText: 'Later' } },
    ],
    allocation: { plain: 0, later: 100 },
    condition: { plan: 'team' },
    testers: { tess: 'plain' },
    minimumSample: 100,
    endsAt: '2026-02-01T00:00:00Z',
  }
  const rowOf = (arm: string) => ({
    experiment: 'words',
    flow: 'shop',
    kind: 'user' as const,
    unit: 'ada',
    arm,
    phase: 1,
    source: 'hash' as const,
    assignedAt: now,
    exposedAt: now,
  })
  const team = person('ada', { plan: 'team' })

  test.each<[name: string, Person, ExperimentStatus, at: number, expected: object | undefined]>([
    ['is the arm that the split gives', team, 'running', now, { value: 'later', reason: 'SPLIT' }],
    [
      'is the arm that is stored',
      { ...team, assignments: [rowOf('plain')] },
      'running',
      now,
      { value: 'plain', reason: 'SPLIT' },
    ],
    ['is a tester’s', person('tess'), 'running', now, { value: 'plain', reason: 'TARGETING_MATCH' }],
    [
      'is the control’s for whom it is not meant',
      person('ada', { plan: 'solo' }),
      'running',
      now,
      { value: 'plain', reason: 'TARGETING_MATCH' },
    ],
    ['is the control’s once it is stopped', team, 'stopped', now, { value: 'plain', reason: 'DISABLED' }],
    [
      'is the control’s once it has ended',
      team,
      'running',
      Date.UTC(2026, 1, 1),
      { value: 'plain', reason: 'DISABLED' },
    ],
    ['is not there before it was started', team, 'draft', now, undefined],
  ])('%s', (_, who, status, at, expected) => {
    const world = { ...worldWith(['shop'], {}, [compileExperiment(document, status, 1)]), now: at }
    const found = flagOf(world, who, 'experiment:words')
    if (expected === undefined) expect(found).toBeUndefined()
    else
      expect(found).toMatchObject({ ...expected, metadata: { experiment: 'words', flow: 'shop', phase: 1 } })
    expect(flagsOf(world, who).find(({ key }) => key === 'experiment:words')).toEqual(found)
  })
})

describe('what is said of a person', () => {
  const known = person('ada', { market: 'FR', attributes: { beta: false } })

  test('fills in what is not known, and changes nothing that is', () => {
    const said = { market: 'DE', plan: 'team', attributes: { beta: true, size: 3 } }
    expect(fillFacts(known, said).facts).toEqual({
      market: 'FR',
      plan: 'team',
      attributes: { beta: false, size: 3 },
    })
    expect(known.facts).toEqual({ market: 'FR', attributes: { beta: false } })
  })

  test.each([{}, { market: null, attributes: {} }, { attributes: { beta: null } }])(
    'forgets nothing: %j',
    (said) => {
      expect(fillFacts(known, said).facts).toEqual(known.facts)
    },
  )
})
