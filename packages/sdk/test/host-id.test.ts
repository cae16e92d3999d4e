import fc from 'fast-check'
import { hostId } from '@boardwalk/contract'
import { describe, expect, test } from 'vitest'
import { isHostId } from '../src/host-id.ts'

const agrees = (id: unknown): void => {
  expect(isHostId(id)).toBe(hostId.safeParse(id).success)
}

describe('the id of a person is what the contract takes for one', () => {
  test.each([
    ['plain', 'ada', true],
    ['a number as text', '0', true],
    ['a space', ' ', true],
    ['with a slash, query and fragment', 'a/b?c#d', true],
    ['a percent sign', '100%', true],
    ['other scripts', 'Żółć 日本 🦊', true],
    ['three dots', '...', true],
    ['dots around', '.a.', true],
    ['254 bytes', 'x'.repeat(254), true],
    ['255 bytes', 'x'.repeat(255), true],
    ['256 bytes', 'x'.repeat(256), false],
    ['257 bytes', 'x'.repeat(257), false],
    ['254 bytes in 127 characters', 'é'.repeat(127), true],
    ['255 bytes in 128 characters', `${'é'.repeat(127)}x`, true],
    ['256 bytes in 128 characters', 'é'.repeat(128), false],
    ['255 bytes in 85 characters', '日'.repeat(85), true],
    ['257 bytes of foxes', `${'🦊'.repeat(64)}x`, false],
    ['nothing in it', '', false],
    ['this folder', '.', false],
    ['the folder above', '..', false],
    ['a line break', 'a\nb', false],
    ['a line break at the end', 'ada\n', false],
    ['NUL', 'a\u0000', false],
    ['DEL', 'a\u007f', false],
    ['a C1 control', 'a\u0085', false],
    ['half a character', '\ud83e', false],
    ['the other half', 'a\udd8a', false],
    ['halves the wrong way round', '\udd8a\ud83e', false],
    ['0', 0, false],
    ['42', 42, false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['false', false, false],
    ['true', true, false],
    ['an array', ['ada'], false],
    ['an object', { toString: () => 'ada' }, false],
    ['a String object', Object('ada'), false],
    ['a bigint', 1n, false],
    ['a symbol', Symbol('ada'), false],
  ])('%s', (_, id, is) => {
    expect(isHostId(id)).toBe(is)
    agrees(id)
  })

  test('for any text, lone halves of characters and controls included', () => {
    const units = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)) })
    const texts = fc.oneof(
      units,
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('.', 'a', '\n', '\ud83e', '\udd8a', '\u0000', '\u009f', ' ') }),
    )
    fc.assert(fc.property(texts, agrees), { numRuns: 2000 })
  })

  test('for texts about as long as the limit', () => {
    const unit = fc.constantFrom('x', 'é', '日', '🦊')
    const about = fc.string({ unit, minLength: 55, maxLength: 260, size: 'max' })
    const near = fc
      .tuple(fc.integer({ min: 250, max: 260 }), unit)
      .map(([bytes, last]) => `${'x'.repeat(bytes - Buffer.byteLength(last))}${last}`)
    fc.assert(fc.property(fc.oneof(about, near), agrees), { numRuns: 1000 })
  })

  test('for anything that is no text', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withBoxedValues: true }), agrees))
  })
})
