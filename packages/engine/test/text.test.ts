import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAcceptLanguage, textIn, type Text } from '../src/text.ts'

type Case =
  | { name: string; text: Text; preferred: string[]; expected: string }
  | { name: string; header: string; expected: string[] }

const file = new URL('../../../conformance/text.json', import.meta.url)
const { groups } = JSON.parse(readFileSync(file, 'utf8')) as { groups: { name: string; cases: Case[] }[] }

for (const { name, cases } of groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', (given) => {
      const found =
        'header' in given ? parseAcceptLanguage(given.header) : textIn(given.text, given.preferred)
      expect(found).toEqual(given.expected)
    })
  })
}

test('a hostile header is cut, not followed', () => {
  expect(parseAcceptLanguage(`fr,${'a'.repeat(1_000_000)}`)).toEqual(['fr'])
  expect(parseAcceptLanguage(','.repeat(1_000_000))).toEqual([])
  expect(parseAcceptLanguage(`fr;${'q='.repeat(1_000_000)}`)).toEqual([])
})
