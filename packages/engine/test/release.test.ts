import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isInShare } from '../src/assignment/share.ts'
import type { Facts } from '../src/person.ts'
import { compileRelease, releasedToAll, type Release } from '../src/release.ts'
import { readCases } from './read-cases.ts'

type Case = {
  name: string
  flow?: string
  userId?: string
  facts?: Partial<Facts>
  release?: Partial<Release>
  expected: { on: boolean; decidedBy: keyof Release }
}

const decide = (release: Partial<Release>, userId: string, facts: Partial<Facts> = {}, flow = 'shop') =>
  compileRelease(flow, { ...releasedToAll, ...release }).decide({
    userId,
    facts: { attributes: {}, ...facts },
  })

for (const { name, cases } of readCases<Case>('release').groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ flow, userId = 'ada', facts, release = {}, expected }) => {
      expect(decide(release, userId, facts, flow)).toMatchObject(expected)
    })
  })
}

const percent = fc.double({ min: 0, max: 100, noNaN: true })
const userId = fc.string({ minLength: 1, unit: 'grapheme' })
const people = Array.from({ length: 20_000 }, (_, n) => `user-${n}`)

/** How many of those are in. */
const share = (among: readonly string[], salt: string, at: number): number =>
  among.filter((user) => isInShare(salt, user, at)).length / among.length

describe('the percentage', () => {
  test('raising it takes the flow from nobody, lowering it gives it to nobody', () => {
    fc.assert(
      fc.property(userId, percent, percent, (user, one, other) => {
        const [lower, higher] = one < other ? [one, other] : [other, one]
        const before = decide({ rolloutPercentage: lower }, user).on
        expect(before && !decide({ rolloutPercentage: higher }, user).on).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  test('a person stands where they stand, whatever else is known of them', () => {
    const facts = fc.record({ market: fc.string(), role: fc.string() })
    fc.assert(
      fc.property(userId, percent, facts, facts, (user, rolloutPercentage, one, other) => {
        const release = { rolloutPercentage }
        expect(decide(release, user, one).on).toBe(decide(release, user, other).on)
      }),
    )
  })

  // Four standard deviations of a share of 20,000 people.
  const tolerance = (p: number, n: number): number => 4 * Math.sqrt((p * (1 - p)) / n)

  test.each([0.5, 1, 10, 25, 50, 75, 99])('of many people it is %d %%', (at) => {
    const p = at / 100
    expect(Math.abs(share(people, 'release:shop', at) - p)).toBeLessThan(tolerance(p, people.length))
  })

  test('a gate and a split behind it are independent, and so are two flows', () => {
    for (const other of ['arm:shop-buttons', 'release:saas']) {
      const inside = people.filter((user) => isInShare('release:shop', user, 20))
      const outside = people.filter((user) => !isInShare('release:shop', user, 20))
      for (const group of [inside, outside])
        expect(Math.abs(share(group, other, 50) - 0.5)).toBeLessThan(tolerance(0.5, group.length))
    }
  })
})

describe('what decided', () => {
  test('is told with what was asked for and what was found', () => {
    expect(decide({ marketWhitelist: ['FR'] }, 'ada', { market: 'DE' })).toEqual({
      on: false,
      decidedBy: 'marketWhitelist',
      expected: ['FR'],
      found: 'DE',
    })
    expect(decide({ signedUpAfter: '2026-06-01T00:00:00.000Z' }, 'ada')).toEqual({
      on: false,
      decidedBy: 'signedUpAfter',
      expected: '2026-06-01T00:00:00.000Z',
    })
  })

  test('with the switch off nobody is in, with a list nobody of it is out', () => {
    const list = fc.array(userId, { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(list, percent, fc.option(fc.array(fc.string())), (users, at, marketWhitelist) => {
        const release = { userWhitelist: users, rolloutPercentage: at, marketWhitelist }
        for (const user of users) {
          expect(decide({ ...release, enabled: false }, user).on).toBe(false)
          expect(decide(release, user).on).toBe(true)
        }
      }),
    )
  })
})
