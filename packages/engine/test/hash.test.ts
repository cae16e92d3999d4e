import { describe, expect, test } from 'vitest'
import { murmurHash3 } from '../src/assignment/hash.ts'
import { readCases } from './read-cases.ts'

type Case = { name: string; text?: string; codeUnits?: number[]; times?: number; expected: number | null }

for (const { name, cases } of readCases<Case>('hash').groups) {
  describe(name, () => {
    test.each(cases)(
      '$name',
      ({ codeUnits = [], text = String.fromCharCode(...codeUnits), times = 1, expected }) => {
        const hash = () => murmurHash3(text.repeat(times))
        if (expected === null) expect(hash).toThrow('half a surrogate pair')
        else expect(hash()).toBe(expected)
      },
    )
  })
}
