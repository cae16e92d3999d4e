import { describe, expect, test } from 'vitest'
import { nudgeEnglish } from '../src/completion-nudge/nudge-english.ts'
import { dateIn } from '../src/kit/date-in.ts'
import { english, type Message, type MessageKey } from '../src/kit/english.ts'
import { laterEnglish } from '../src/kit/later-english.ts'
import { news } from '../src/kit/news.ts'
import { safeUrl } from '../src/kit/safe-url.ts'
import { shallowEqual } from '../src/kit/shallow-equal.ts'
import { directionOf, localeOf, wordsOf } from '../src/kit/words.ts'
import { ar } from '../src/locales/ar.ts'
import { de } from '../src/locales/de.ts'
import { fr } from '../src/locales/fr.ts'
import { onboardingOf } from '../src/testing/index.ts'

const texts = { ...english, ...nudgeEnglish, ...laterEnglish }
const keys = Object.keys(texts) as MessageKey[]
const valuesIn = (message: Message): string[] => {
  const text = typeof message === 'string' ? message : (message.other ?? '')
  return [...text.matchAll(/\{\w+\}/g)].map(String).sort()
}

describe.each([
  ['fr', fr],
  ['de', de],
  ['ar', ar],
])('the table %s', (_, table) => {
  test('has every text, with the values of the English one', () => {
    expect(Object.keys(table).sort()).toEqual([...keys].sort())
    for (const key of keys) expect(valuesIn(table[key]), key).toEqual(valuesIn(texts[key]))
  })
})

describe('plurals', () => {
  test.each([
    [
      'en',
      {},
      [
        [1, 'Hide for 1 day'],
        [7, 'Hide for 7 days'],
      ],
    ],
    [
      'fr',
      fr,
      [
        [1, 'Masquer 1 jour'],
        [7, 'Masquer 7 jours'],
        [1_000_000, 'Masquer 1000000 jours'],
      ],
    ],
    [
      'de',
      de,
      [
        [1, '1 Tag ausblenden'],
        [7, '7 Tage ausblenden'],
      ],
    ],
    [
      'ar',
      ar,
      [
        [0, 'إخفاء الآن'],
        [1, 'إخفاء لمدة يوم واحد'],
        [2, 'إخفاء لمدة يومين'],
        [7, 'إخفاء لمدة 7 أيام'],
        [14, 'إخفاء لمدة 14 يومًا'],
        [100, 'إخفاء لمدة 100 يوم'],
      ],
    ],
  ] as const)('in %s', (locale, table, cases) => {
    const words = wordsOf(locale, table)
    for (const [n, text] of cases) expect(words('nudge.snooze', { n }, nudgeEnglish)).toBe(text)
  })

  test('a text that is English for want of another one has English plurals', () => {
    expect(wordsOf('ar', {})('nudge.snooze', { n: 2 }, nudgeEnglish)).toBe('Hide for 2 days')
  })
})

test('values are filled in as they are', () => {
  expect(wordsOf('en', {})('step.doLabel', { title: '$& {title} {n}' })).toBe('Do: $& {title} {n}')
})

test.each([
  ['en-GB', '27 November'],
  ['fr', '27 novembre'],
  ['de', '27. November'],
])('a date in %s', (locale, text) => {
  expect(dateIn(locale, '2026-11-27T12:00:00.000Z')).toBe(text)
})

test.each([
  ['fr_CA', 'fr-CA'],
  ['AR', 'ar'],
  ['', 'en'],
  ['no language', 'en'],
  ['xx-unheard', 'xx-unheard'],
])('the locale %j is taken for %s', (given, locale) => expect(localeOf(given)).toBe(locale))

test.each([
  ['ar', 'rtl'],
  ['he-IL', 'rtl'],
  ['fr', 'ltr'],
  ['arn', 'ltr'],
])('%s is written %s', (locale, direction) => expect(directionOf(locale)).toBe(direction))

test.each([
  ['/a?b#c', '/a?b#c'],
  ['https://example.org/a', 'https://example.org/a'],
  ['HTTPS://example.org', 'HTTPS://example.org'],
  ['http://localhost:80?a', 'http://localhost:80?a'],
  ['javascript:alert(1)', undefined],
  [' javascript:alert(1)', undefined],
  ['java\nscript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['//evil.example', undefined],
  ['/\\evil.example', undefined],
  ['/\t/evil.example', undefined],
  ['/a\\b', undefined],
  ['/', '/'],
  ['/a//b', '/a//b'],
  ['/a?next=https://example.org/.//b', '/a?next=https://example.org/.//b'],
  ['/.//evil.example', undefined],
  ['/a/..//evil.example', undefined],
  ['/%2E//evil.example', undefined],
  ['https://host@evil.example', undefined],
  ['https://host:pass@evil.example', undefined],
  ['https:///', undefined],
  ['https://a b', undefined],
  ['account', undefined],
  ['', undefined],
  [undefined, undefined],
])('the address %j is followed as %j', (url, expected) => {
  expect(safeUrl(url)).toBe(expected)
})

test.each([
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [[], [], true],
  [null, {}, false],
  [NaN, NaN, true],
  [{ a: {} }, { a: {} }, false],
])('%j and %j: %j', (one, other, same) => expect(shallowEqual(one, other)).toBe(same))

describe('news', () => {
  const words = wordsOf('en', {})
  const before = onboardingOf({ steps: [{ id: 'a', title: 'A' }, { id: 'b', title: 'B' }, 'c'] })
  const now = onboardingOf({
    steps: [
      { id: 'a', title: 'A', status: 'done' },
      { id: 'b', title: 'B', status: 'skipped' },
      { id: 'c', status: 'done' },
    ],
  })
  test.each([
    [undefined, now, []],
    [before, before, []],
    [before, { ...now, flow: { name: 'other', version: 1 } }, []],
    [before, now, ['A, c: done. 2 of 3 steps done.', 'B: skipped.', 'Everything is set up. Well done!']],
  ])('%#', (from, to, expected) => expect(news(from, to, words)).toEqual(expected))
})
