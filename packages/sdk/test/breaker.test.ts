import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBreaker, type Breaker, type BreakerOptions } from '../src/breaker.ts'

/** A breaker whose time and chance stand still until the test moves them. */
const bench = (options: Partial<BreakerOptions> = {}) => {
  const at = { now: 1000, random: 1 }
  const breaker = createBreaker({ clock: () => at.now, random: () => at.random, ...options })
  return { at, breaker }
}

const fail = (breaker: Breaker, times: number): void => {
  for (let failed = 0; failed < times; failed++) breaker.failed()
}

/** Milliseconds from now until the next attempt is let through. */
const pauseOf = ({ breaker, at }: ReturnType<typeof bench>): number => {
  const from = at.now
  while (!breaker.mayAsk()) at.now += 1
  return at.now - from
}

describe('opening', () => {
  test('five failures in a row open it, four do not', () => {
    const { breaker } = bench()
    fail(breaker, 4)
    expect([breaker.isOpen(), breaker.mayAsk()]).toEqual([false, true])
    breaker.failed()
    expect([breaker.isOpen(), breaker.mayAsk()]).toEqual([true, false])
  })

  test('one success among the failures begins the count again', () => {
    const { breaker } = bench()
    fail(breaker, 4)
    breaker.succeeded()
    fail(breaker, 4)
    expect(breaker.isOpen()).toBe(false)
    breaker.failed()
    expect(breaker.isOpen()).toBe(true)
  })

  test('those still under way when it opens do not lengthen the pause', () => {
    const house = bench()
    fail(house.breaker, 50)
    expect(pauseOf(house)).toBe(200)
  })
})

describe('while it is open', () => {
  test('one attempt a pause is let through, however many come', () => {
    const { breaker, at } = bench()
    fail(breaker, 5)
    at.now += 200
    const letThrough = Array.from({ length: 100 }, () => breaker.mayAsk()).filter(Boolean)
    expect(letThrough).toHaveLength(1)
  })

  test('an attempt whose fate is never told does not keep it shut', () => {
    const { breaker, at } = bench()
    fail(breaker, 5)
    at.now += 200
    expect(breaker.mayAsk()).toBe(true)
    at.now += 400
    expect(breaker.mayAsk()).toBe(true)
  })

  test('pauses double up to 30 s', () => {
    const house = bench()
    fail(house.breaker, 5)
    const pauses = Array.from({ length: 11 }, () => {
      const pause = pauseOf(house)
      house.breaker.failed()
      return pause
    })
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000])
  })

  test.each([
    [0, 0],
    [0.25, 50],
    [0.5, 100],
    [1, 200],
  ])('chance %d draws a first pause of %d ms', (random, pause) => {
    const house = bench()
    house.at.random = random
    fail(house.breaker, 5)
    expect(pauseOf(house)).toBe(pause)
  })
})

describe('closing', () => {
  test('the first success closes it, and the next outage begins with the short pause', () => {
    const house = bench()
    fail(house.breaker, 5)
    for (let tries = 0; tries < 6; tries++) pauseOf(house)
    house.breaker.succeeded()
    expect([house.breaker.isOpen(), house.breaker.mayAsk()]).toEqual([false, true])
    fail(house.breaker, 5)
    expect(pauseOf(house)).toBe(200)
  })

  test('a late answer of one that was asked before it opened closes it as well', () => {
    const { breaker } = bench()
    fail(breaker, 5)
    breaker.succeeded()
    expect(breaker.mayAsk()).toBe(true)
  })
})

// What may happen to a breaker, in any order.
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.constant('ask' as const) },
  { weight: 4, arbitrary: fc.constant('failed' as const) },
  { weight: 1, arbitrary: fc.constant('succeeded' as const) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
)

describe('in any order of attempts, fates and time', () => {
  test('never more than one is let through in a pause', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
        const { breaker, at } = bench()
        // With chance at 1 every pause has its full length, the shortest of which is 200 ms.
        let lastLetThrough = -Infinity
        for (const one of happenings) {
          if (one === 'failed') breaker.failed()
          else if (one === 'succeeded') breaker.succeeded()
          else if (typeof one === 'number') at.now += one
          else if (breaker.mayAsk() && breaker.isOpen()) {
            expect(at.now - lastLetThrough).toBeGreaterThanOrEqual(200)
            lastLetThrough = at.now
          }
          if (!breaker.isOpen()) lastLetThrough = -Infinity
        }
      }),
    )
  })

  test('it never stays shut for good: after 30 s the next one is let through', () => {
    const chances = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 200 }), chances, (happenings, chance) => {
        const { breaker, at } = bench({ random: () => chance.next().value as number })
        for (const one of happenings) {
          if (one === 'failed') breaker.failed()
          else if (one === 'succeeded') breaker.succeeded()
          else if (typeof one === 'number') at.now += one
          else breaker.mayAsk()
        }
        at.now += 30_000
        expect(breaker.mayAsk()).toBe(true)
        breaker.succeeded()
        expect([breaker.isOpen(), breaker.mayAsk()]).toEqual([false, true])
      }),
    )
  })

  test('while it is closed everybody is let through', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 100 }), (happenings) => {
        const { breaker, at } = bench()
        for (const one of happenings) {
          if (one === 'failed') breaker.failed()
          else if (one === 'succeeded') breaker.succeeded()
          else if (typeof one === 'number') at.now += one
          else if (!breaker.isOpen()) expect(breaker.mayAsk()).toBe(true)
        }
      }),
    )
  })
})
