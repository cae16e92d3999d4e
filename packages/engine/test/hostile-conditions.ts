import { operators } from '../src/condition/operators.ts'

/** A number from 0 to below 1, the next of a sequence that the seed decides (mulberry32). */
export type Random = () => number

export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1))
const one = <T>(random: Random, values: readonly T[]): T => values[upTo(random, values.length - 1)] as T
const some = <T>(random: Random, most: number, make: () => T): T[] =>
  Array.from({ length: upTo(random, most) }, make)

const names = [
  'a',
  'b',
  'a.b',
  'a.b.c.d.e.f',
  'account.a',
  '__proto__',
  '__proto__.polluted',
  'constructor',
  'constructor.prototype.polluted',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'length',
  '',
  '.',
  'a..b',
  '$a',
  '$where',
  '$function',
  '$expr',
  '0',
  'a.0',
  'é',
  '\u202ea',
  'x'.repeat(300),
]
const keys = [
  ...operators.keys(),
  '$and',
  '$or',
  '$nor',
  '$not',
  '$elemMatch',
  '$where',
  '$function',
  '$groups',
  '$gT',
  'eq',
]
const texts = [
  '',
  'a',
  'A',
  '0',
  '1.2.3',
  '99999999999999999999.1.1-a.b.c',
  'function(){ while(true); }',
  'this.constructor.constructor("return process")()',
  '\0',
  '\ud83d',
  'İ',
  'ß',
  '\u202e',
  'ab'.repeat(4000),
  'a'.repeat(8000),
  `${'1.'.repeat(2000)}1`,
]
const numbers = [0, -0, 1, -1, 1e308, -1e308, 5e-324, 2 ** 53, Number.MAX_SAFE_INTEGER + 2, 0.1]
const atoms = [
  'a',
  'b',
  '.',
  '[ab]',
  '[^c]',
  '\\w',
  '\\d',
  '(a|aa)',
  '(a|b|ab)',
  '(?:a?)',
  '\\b',
  '^',
  '$',
  'é',
  '\\p{L}',
  '[ab]*a[ab]{20}',
]
const repeats = ['', '', '', '*', '+', '?', '{3}', '{20}', '{0,50}', '{90}', '*?', '+?']

const pattern = (random: Random, depth = 0): string => {
  const parts = Array.from({ length: 1 + upTo(random, 4) }, () => {
    const inner = depth < 3 && random() < 0.35 ? `(${pattern(random, depth + 1)})` : one(random, atoms)
    return inner + one(random, repeats)
  })
  return parts.join(random() < 0.2 ? '|' : '')
}

const scalar = (random: Random): unknown => {
  const kind = random()
  if (kind < 0.3) return one(random, texts)
  if (kind < 0.55) return one(random, numbers)
  if (kind < 0.57) return pattern(random)
  return one(random, [true, false, null, 'a', 1])
}

/** As JSON.parse makes it: `__proto__` is a key like any other. */
const record = (entries: readonly (readonly [string, unknown])[]): unknown => {
  const made = {}
  for (const [key, value] of entries)
    Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true })
  return made
}

const operand = (random: Random, depth: number): unknown => {
  const kind = random()
  if (depth <= 0 || kind < 0.3) return scalar(random)
  if (kind < 0.32) return pattern(random)
  if (kind < 0.55) return some(random, kind < 0.41 ? 3000 : 5, () => scalar(random))
  if (kind < 0.65) return some(random, 4, () => operand(random, depth - 1))
  if (kind < 0.85) return record(some(random, 4, () => [one(random, keys), operand(random, depth - 1)]))
  return hostileCondition(random, depth - 1)
}

/** A condition as somebody with bad intent, or a bad generator, would write it; most are refused when they are checked. */
export const hostileCondition = (random: Random, depth = one(random, [1, 1, 2, 2, 3, 4, 20])): unknown => {
  const kind = random()
  if (kind < 0.02) return operand(random, 3)
  const width = kind < 0.03 ? 250 : 3
  return record(
    some(random, width, () =>
      depth > 0 && random() < (width > 3 ? 0.05 : 0.35)
        ? [
            one(random, ['$and', '$or', '$nor', '$not']),
            random() < 0.8
              ? Array.from({ length: 1 + (random() < 0.3 ? 1 : 0) }, () =>
                  hostileCondition(random, depth - 1),
                )
              : operand(random, depth - 1),
          ]
        : [one(random, names), operand(random, depth - 1)],
    ),
  )
}

// Each of them keeps RE2 in very many states at once: up to 0.4 s against 15,000 letters at random, without a budget.
const heavyPatterns = [
  '[ab]*a[ab]{20}$',
  '.*a.{280}$',
  '(?:.*a){45}.{120}$',
  '(.*a.{40}|.*b.{50}|.*a.{60})$',
  '(?:[ab]*a[ab]{50}){5}$',
]
const askedPattern = (random: Random): string =>
  random() < 0.5 ? one(random, heavyPatterns) : pattern(random).slice(0, 256)

/** One that the check lets pass, more often than not, and that is expensive to evaluate. */
export const heavyCondition = (random: Random): unknown => {
  const asksPatterns = random() < 0.3
  const clause = (): readonly [string, unknown] => {
    const name = one(random, ['a', 'a', 'b', 'a.b', 'list', 'deep.a.b.c', 'account.a'])
    const kind = random()
    if (asksPatterns && kind < 0.35)
      return [name, { [one(random, ['$regex', '$regexi'])]: askedPattern(random) }]
    if (kind < 0.5) {
      const list = members.slice(0, upTo(random, 1200))
      return [name, { [one(random, ['$in', '$nin', '$all', '$ini', '$nini', '$alli'])]: list }]
    }
    if (asksPatterns && kind < 0.6) return [name, { $elemMatch: { $regex: askedPattern(random) } }]
    if (asksPatterns && kind < 0.7)
      return ['list', { $not: { $elemMatch: { a: { $regex: askedPattern(random) } } } }]
    if (kind < 0.8)
      return [
        name,
        { [one(random, ['$veq', '$vgt', '$vlte'])]: one(random, ['1.2.3', `${'9'.repeat(50)}.1`]) },
      ]
    return [name, { [one(random, ['$eq', '$ne', '$gt', '$lte'])]: one(random, [...texts, 1, 0]) }]
  }
  return {
    $or: Array.from({ length: 1 + upTo(random, 3) }, () => ({
      $and: Array.from({ length: 1 + upTo(random, 3) }, () => record([clause(), clause()])),
    })),
  }
}

// Made once: what takes long is the evaluation, not the making.
const members = Array.from({ length: 1200 }, (_, index) => `m${index}`)
const fromLetters = randomFrom(1)
const textsOf = (length: number): string[] => [
  ...['a', 'ab', '1.'].flatMap((part) => ['', '!', 'c'].map((end) => part.repeat(length / 2) + end)),
  ...Array.from({ length: 20 }, () =>
    Array.from({ length: length / 2 }, () => one(fromLetters, ['a', 'b', 'ab', 'é', '1'])).join(''),
  ),
]
const longestTexts = [
  ...textsOf(15_000),
  ...Array.from({ length: 20 }, () =>
    Array.from({ length: 15_000 }, () => one(fromLetters, ['a', 'b'])).join(''),
  ),
]
const longTexts = [...[20, 60, 150, 500, 2000].flatMap(textsOf), ...longestTexts]

/** Facts as large as the contract lets them be: 16 KiB of JSON, 32 levels. */
export const hostileFacts = (random: Random): Record<string, unknown> => {
  const kind = random()
  const text = one(random, random() < 0.5 ? longestTexts : longTexts)
  if (kind < 0.3) return { a: text, b: text }
  if (kind < 0.6)
    return { list: members.slice(0, upTo(random, 1200)), a: members.slice(0, 200), b: text.slice(0, 2000) }
  if (kind < 0.8) {
    const list = Array.from({ length: upTo(random, 300) }, () => ({ a: text.slice(0, 40) }))
    return { list, a: { b: text.slice(0, 8000) } }
  }
  let deep: unknown = text.slice(0, 1000)
  for (let level = 0; level < 30; level += 1) deep = { a: deep, b: [deep].length }
  return { deep, a: scalar(random), b: scalar(random) }
}
