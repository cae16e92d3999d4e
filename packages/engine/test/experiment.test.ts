import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assign, type AssignmentDecision } from '../src/assignment/assign.ts'
import { compileExperiment, type ExperimentDocument } from '../src/assignment/experiment.ts'
import { chiSquareTail } from '../src/statistics/chi-square.ts'

const ids = ['a', 'b', 'c', 'd'] as const

const experimentOf = (
  more: Partial<ExperimentDocument> = {},
  status: 'running' | 'draft' | 'stopped' = 'running',
) => {
  const document: ExperimentDocument = {
    id: 'x',
    name: 'X',
    flow: 'shop',
    unit: 'user',
    arms: ids.map((id) => ({ id, config: {} })),
    allocation: { a: 25, b: 25, c: 25, d: 25 },
    minimumSample: 100,
    ...more,
  }
  return compileExperiment(document, status, 1)
}

const userOf = (userId: string, facts: object = {}) => ({ unit: userId, userId, facts: { ...facts } })
const armOf = (decided: AssignmentDecision): string | null => decided.arm && decided.arm.id

/** Whole percentages of four arms that sum to 100. */
const allocations = fc
  .tuple(fc.nat(100), fc.nat(100), fc.nat(100))
  .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b), 100])
  .map((cuts) => Object.fromEntries(ids.map((id, index) => [id, cuts[index + 1]! - cuts[index]!])))

describe('the order in which an arm is decided', () => {
  const now = Date.parse('2026-06-01T00:00:00Z')
  const all = { testers: { ada: 'c' }, condition: { plan: 'team' } }
  const stored = { arm: 'b' }
  const nowhere = { exclusionGroup: { name: 'g', from: 100, to: 100 } }
  const rows: [
    string,
    Partial<ExperimentDocument>,
    Parameters<typeof assign>[1],
    { arm: string } | undefined,
    object,
  ][] = [
    [
      'a tester’s entry beats what is stored',
      all,
      userOf('ada'),
      stored,
      { arm: { id: 'c' }, source: 'tester' },
    ],
    [
      'what is stored beats a condition that holds no longer',
      all,
      userOf('bob'),
      stored,
      { arm: { id: 'b' }, source: 'stored' },
    ],
    [
      'what is stored beats the group',
      nowhere,
      userOf('bob'),
      stored,
      { arm: { id: 'b' }, source: 'stored' },
    ],
    [
      'the group is asked before the condition',
      { ...all, ...nowhere },
      userOf('bob'),
      undefined,
      { arm: null, reason: 'other_share_of_group' },
    ],
    [
      'a condition about an unknown fact does not hold',
      all,
      userOf('bob'),
      undefined,
      { arm: null, reason: 'condition' },
    ],
    [
      'who has no account is in no experiment on accounts',
      {},
      { ...userOf('bob'), unit: null },
      undefined,
      { arm: null, reason: 'no_account' },
    ],
    ['a stored arm that is gone is none', {}, userOf('bob'), { arm: 'z' }, { arm: null, reason: 'arm_gone' }],
    [
      'a name like a part of Object is no tester',
      { testers: {} },
      userOf('constructor'),
      stored,
      { source: 'stored' },
    ],
    [
      'before its start nobody is in it',
      { startsAt: '2026-06-01T00:00:00.001Z', ...all },
      userOf('ada'),
      stored,
      { arm: null, reason: 'not_started' },
    ],
    [
      'at its start everybody may be',
      { startsAt: '2026-06-01T00:00:00Z' },
      userOf('bob'),
      stored,
      { source: 'stored' },
    ],
    [
      'at its end it is over',
      { endsAt: '2026-06-01T00:00:00Z', ...all },
      userOf('ada'),
      stored,
      { arm: null, reason: 'ended' },
    ],
  ]
  test.each(rows)('%s', (_, more, asked, row, expected) => {
    expect(assign(experimentOf(more), asked, now, row)).toMatchObject(expected)
  })

  test.each(['draft', 'stopped'] as const)('a %s lets nobody in, whatever is stored', (status) => {
    expect(assign(experimentOf(all, status), userOf('ada'), now, stored)).toEqual({
      arm: null,
      reason: 'not_running',
    })
  })
})

describe('a new allocation', () => {
  test('moves nobody whose arm is stored', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), allocations, allocations, (userId, before, after) => {
        const first = armOf(assign(experimentOf({ allocation: before }), userOf(userId), 0))
        expect(first).not.toBeNull()
        const again = assign(experimentOf({ allocation: after }), userOf(userId), 0, { arm: first ?? '' })
        expect(armOf(again)).toBe(first)
      }),
    )
  })

  test('puts nobody new into an arm of 0 percent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), allocations, (userId, allocation) => {
        const arm = armOf(assign(experimentOf({ allocation }), userOf(userId), 0))
        expect(allocation[arm ?? '']).toBeGreaterThan(0)
      }),
    )
  })
})

describe('people of many kinds of ids', () => {
  const people = 20_000
  const kinds: [string, (n: number) => string][] = [
    ['counted', (n) => String(n)],
    ['hexadecimal', (n) => (n * 2654435761).toString(16)],
    ['addresses', (n) => `person.${n}@shop.example`],
    ['Chinese', (n) => `用户${n}`],
  ]
  const chiSquare = (counts: readonly number[], expected: readonly number[]): number =>
    counts.reduce((sum, count, index) => sum + (count - expected[index]!) ** 2 / expected[index]!, 0)

  test.each(kinds)('%s come to the arms as they are allocated', (_, userIdOf) => {
    const allocation = { a: 50, b: 25, c: 20, d: 5 }
    const experiment = experimentOf({ allocation })
    const counts = new Map<string | null, number>()
    for (let n = 0; n < people; n += 1) {
      const arm = armOf(assign(experiment, userOf(userIdOf(n)), 0))
      counts.set(arm, (counts.get(arm) ?? 0) + 1)
    }
    const found = chiSquare(
      ids.map((id) => counts.get(id) ?? 0),
      ids.map((id) => (people * allocation[id]) / 100),
    )
    expect(chiSquareTail(found, 3)).toBeGreaterThan(0.001)
  })

  test.each(kinds)('%s in one arm of an experiment are spread evenly over another’s', (_, userIdOf) => {
    const cells = new Map<string, number>()
    for (let n = 0; n < people; n += 1) {
      const asked = userOf(userIdOf(n))
      const cell = `${armOf(assign(experimentOf({ id: 'x1' }), asked, 0))} ${armOf(assign(experimentOf({ id: 'x2' }), asked, 0))}`
      cells.set(cell, (cells.get(cell) ?? 0) + 1)
    }
    const found = ids.flatMap((one) => ids.map((other) => cells.get(`${one} ${other}`) ?? 0))
    expect(chiSquareTail(chiSquare(found, Array<number>(16).fill(people / 16)), 15)).toBeGreaterThan(0.001)
  })

  test.each(kinds)('%s are in exactly one of the shares that make up a group', (_, userIdOf) => {
    const inShare = (id: string, from: number, to: number) =>
      experimentOf({ id, exclusionGroup: { name: 'g', from, to } })
    const shares = [inShare('x1', 0, 33.3), inShare('x2', 33.3, 66.6), inShare('x3', 66.6, 100)]
    const arms = new Map<string | null, number>()
    for (let n = 0; n < 4000; n += 1) {
      const met = shares.map((experiment) => armOf(assign(experiment, userOf(userIdOf(n)), 0)))
      expect(met.filter((arm) => arm !== null)).toHaveLength(1)
      if (met[0] !== null) arms.set(met[0] ?? null, (arms.get(met[0] ?? null) ?? 0) + 1)
    }
    // The group has a salt of its own: its first third comes into all four arms.
    const found = ids.map((id) => arms.get(id) ?? 0)
    const inFirst = found.reduce((sum, count) => sum + count, 0)
    expect(
      chiSquareTail(
        chiSquare(
          found,
          ids.map(() => inFirst / 4),
        ),
        3,
      ),
    ).toBeGreaterThan(0.001)
  })
})
