import { expect, test } from 'vitest'
import { returnPath } from '../browser/pages/return-path.ts'

const origin = 'http://store.test'

test.each([
  ['/store/theme', '/store/theme'],
  ['/account/email?code=a%2Fb&x=//evil.example', '/account/email?code=a%2Fb&x=//evil.example'],
  ['/a/../store/legal', '/store/legal'],
  ['/', '/'],
  ['/%2F/evil.example', '/%2F/evil.example'],
])('%s leads to %s', (next, path) => expect(returnPath(next, origin)).toBe(path))

test.each([
  [null],
  [''],
  ['store/theme'],
  ['?next=/'],
  ['#'],
  ['//evil.example'],
  ['///evil.example'],
  ['/\\evil.example'],
  ['\\/evil.example'],
  ['/\t/evil.example'],
  ['\t//evil.example'],
  ['/.//evil.example/x'],
  ['/..//evil.example'],
  ['/%2e//evil.example'],
  ['/%2E%2e//evil.example'],
  ['/./\\evil.example'],
  ['/a/..//evil.example'],
  ['/.\n//evil.example'],
  ['http://store.test/dashboard'],
  ['http://store.test//evil.example'],
  ['http:/evil.example'],
  ['http://['],
  ['//['],
  ['https://evil.example'],
  ['javascript:alert(1)'],
  ['data:text/html,x'],
  [' /store/theme'],
])('%j leads to the dashboard', (next) => expect(returnPath(next, origin)).toBe('/dashboard'))

test('whatever is put together of its parts, a browser stays in the store', () => {
  const parts = ['/', '\\', '.', '%2e', '%2f', '%5c', '\t', '@', ':', '?', '#', ';', 'evil.example', '[', ' ']
  const paths = parts.flatMap((a) =>
    parts.flatMap((b) => parts.flatMap((c) => parts.map((d) => a + b + c + d))),
  )
  const away = paths
    .flatMap((path) => [path, `/${path}`])
    .map((next) => returnPath(next, origin))
    .filter((path) => !/^\/(?![/\\])/.test(path) || URL.parse(path, origin)?.origin !== origin)
  expect(away).toEqual([])
})
