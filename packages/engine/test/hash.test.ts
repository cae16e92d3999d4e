import { describe, expect, test } from 'vitest'
import { murmurHash3 } from '../src/assignment/hash.ts'
import { readCases } from './read-cases.ts'

type Case = { name: string; text: string; times?: number; expected: number }

for (const { name, cases } of readCases<Case>('hash').groups) {
  describe(name, () => {
    test.each(cases)('$name', ({ text, times = 1, expected }) => {
      expect(murmurHash3(text.repeat(times))).toBe(expected)
    })
  })
}

test.each(['g:\ud83d', '\ude00g', 'g:\ude00\ud83d'])('half a surrogate pair is refused: %j', (text) => {
  expect(() => murmurHash3(text)).toThrow('half a surrogate pair')
})
