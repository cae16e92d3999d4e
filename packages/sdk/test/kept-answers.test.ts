import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keptAnswers } from '../src/kept-answers.ts'

const bench = (keepMs = 60_000, most?: number) => {
  const at = { now: 5000 }
  const kept = keptAnswers({ keepMs, clock: () => at.now, ...(most !== undefined && { most }) })
  return { at, kept }
}

describe('an answer that let somebody pass', () => {
  test('is as old as the question, not as the answer', () => {
    const { kept, at } = bench()
    const askedAt = at.now
    at.now += 40
    kept.keep('ada', askedAt)
    expect(kept.ageOf('ada')).toBe(40)
    at.now += 60
    expect(kept.ageOf('ada')).toBe(100)
  })

  test('holds until just before its time is over, and not at it', () => {
    const { kept, at } = bench()
    kept.keep('ada', at.now)
    at.now += 59_999
    expect(kept.ageOf('ada')).toBe(59_999)
    at.now += 1
    expect(kept.ageOf('ada')).toBeUndefined()
    // Nor afterwards, should a clock stand still.
    at.now -= 1
    expect(kept.ageOf('ada')).toBeUndefined()
  })

  test('is not kept when it came after its time', () => {
    const { kept, at } = bench(50)
    const askedAt = at.now
    at.now += 50
    kept.keep('ada', askedAt)
    expect(kept.ageOf('ada')).toBeUndefined()
  })

  test('does not grow older by being used, nor younger', () => {
    const { kept, at } = bench(100)
    kept.keep('ada', at.now)
    at.now += 99
    expect(kept.ageOf('ada')).toBe(99)
    at.now += 1
    expect(kept.ageOf('ada')).toBeUndefined()
  })

  test('is renewed by a later one', () => {
    const { kept, at } = bench(100)
    kept.keep('ada', at.now)
    at.now += 80
    kept.keep('ada', at.now)
    at.now += 80
    expect(kept.ageOf('ada')).toBe(80)
  })

  test('is about nobody else', () => {
    const { kept, at } = bench()
    kept.keep('ada', at.now)
    for (const other of ['Ada', 'ada ', 'ad', '', '__proto__', 'constructor'])
      expect(kept.ageOf(other)).toBeUndefined()
  })
})

test('0 ms keeps nothing, not even for the same millisecond', () => {
  const { kept, at } = bench(0)
  kept.keep('ada', at.now)
  expect(kept.ageOf('ada')).toBeUndefined()
})

test('the one kept longest goes first when there are too many', () => {
  const { kept, at } = bench(60_000, 2)
  kept.keep('ada', at.now)
  kept.keep('bob', at.now)
  kept.keep('ada', at.now)
  kept.keep('eve', at.now)
  expect(['ada', 'bob', 'eve'].filter((userId) => kept.ageOf(userId) !== undefined)).toEqual(['ada', 'eve'])
})

test('at most 10,000 are kept by default', () => {
  const { kept, at } = bench()
  const people = Array.from({ length: 10_500 }, (_, index) => `person-${index}`)
  for (const userId of people) kept.keep(userId, at.now)
  expect(people.filter((userId) => kept.ageOf(userId) !== undefined)).toEqual(people.slice(500))
})

test('a refusal has no way in: only leave can be kept, and only read by its age', () => {
  const { kept, at } = bench()
  expect(Object.keys(kept).sort()).toEqual(['ageOf', 'keep'])
  kept.keep('ada', at.now)
  expect(typeof kept.ageOf('ada')).toBe('number')
})

test('whatever is kept in whatever order, an age is never that of another or too old', () => {
  const person = fc.constantFrom('ada', 'bob', 'eve', 'kim')
  const happening = fc.oneof(
    fc.record({ keep: person, lateMs: fc.nat(150) }),
    fc.record({ ageOf: person }),
    fc.record({ passMs: fc.nat(120) }),
  )
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 100 }), fc.integer({ min: 1, max: 4 }), (all, most) => {
      const { kept, at } = bench(100, most)
      const asked = new Map<string, number>()
      for (const one of all) {
        if ('keep' in one) {
          kept.keep(one.keep, at.now - one.lateMs)
          asked.set(one.keep, at.now - one.lateMs)
        } else if ('passMs' in one) at.now += one.passMs
        else {
          const age = kept.ageOf(one.ageOf)
          if (age === undefined) continue
          expect(age).toBe(at.now - asked.get(one.ageOf)!)
          expect(age).toBeLessThan(100)
        }
      }
      const held = ['ada', 'bob', 'eve', 'kim'].filter((userId) => kept.ageOf(userId) !== undefined)
      expect(held.length).toBeLessThanOrEqual(most)
    }),
  )
})
