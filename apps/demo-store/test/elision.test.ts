import { expect, test } from 'vitest'
import { de } from '../browser/elision.ts'

test.each([
  ['Amélie', 'd’'],
  ['élodie', 'd’'],
  ['E\u0301lodie', 'd’'],
  ['Œdipe', 'd’'],
  ['Ægir', 'd’'],
  ['Île', 'd’'],
  ['Ben', 'de '],
  ['Ça', 'de '],
  ['Hugo', 'de '],
  ['Yves', 'de '],
  ['עדה', 'de '],
  ['0', 'de '],
  ['', 'de '],
])('%j takes %j', (name, before) => expect(de(name)).toBe(before))
