import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, test } from 'vitest'

const folder = join(import.meta.dirname, '..')
const entry = join(folder, 'src', 'entry.ts')

type Bytes = {
  /** Before anything runs: the entry and what it imports. */
  readonly first: number
  /** With what is loaded once the page is painted. */
  readonly inAll: number
  readonly chunks: number
}

/** Bytes of what a host's bundler makes of these lines, minified and gzipped, without React. */
const sizeOf = async (lines: string): Promise<Bytes> => {
  const bundle = await rolldown({
    input: entry,
    logLevel: 'silent',
    external: [/^react(-dom)?($|\/)/],
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, jsx: 'react-jsx' },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? lines : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  const chunks = new Map(output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one]] : [])))
  const bytesOf = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => sum + gzipSync(chunks.get(name)!.code, { level: 9 }).length, 0)
  const atFirst = new Set(
    output.filter((one) => one.type === 'chunk' && one.isEntry).map((one) => one.fileName),
  )
  for (const name of atFirst)
    for (const other of chunks.get(name)!.imports) if (chunks.has(other)) atFirst.add(other)
  return { first: bytesOf(atFirst), inAll: bytesOf(chunks.keys()), chunks: chunks.size }
}

/** As a host's page uses them. */
const using = (names: string, from = './index.ts'): string =>
  `import { ${names} } from '${from}'; globalThis.used = [globalThis.used, ${names}];`

const guide = 'OnboardingProvider, SetupGuide'
const everything = `${guide}, CompletionNudge, GuardRailModal, SetupGuideLauncher, StepItem, WelcomeScreen,
  useGuardRail, useNudge, useOnboarding, useSetupGuide, useStep, useWelcome`
const client = using('createOnboarding', '@boardwalk/client')

describe('bytes that a host’s visitors load', () => {
  test.each([
    ['provider and guide', using(guide), 8 * 1024, 10 * 1024],
    ['everything', using(everything), 10 * 1024, 10.5 * 1024],
    ['provider and guide, with the client', using(guide) + client, 8 * 1024, 14 * 1024],
    // Not 10 kB in all, as wished: it is what is reached.
    ['everything, with the client', using(everything) + client, 10 * 1024, 16 * 1024],
  ])('%s: first, and in all', async (_, lines, most, mostInAll) => {
    const { first, inAll, chunks } = await sizeOf(lines)
    expect(first).toBeGreaterThan(500)
    expect(first).toBeLessThanOrEqual(most)
    expect(inAll).toBeLessThanOrEqual(mostInAll)
    expect(chunks).toBe(lines.includes(client) ? 3 : 2)
  })

  test.each([
    ['French', using('fr', './locales/fr.ts'), 1024],
    ['German', using('de', './locales/de.ts'), 1024],
    ['Arabic', using('ar', './locales/ar.ts'), 1024],
  ])('%s', async (_, lines, most) => {
    const { inAll } = await sizeOf(lines)
    expect(inAll).toBeGreaterThan(500)
    expect(inAll).toBeLessThanOrEqual(most)
  })

  test.each([
    ['styles.css', 4096],
    ['dark-media.css', 1024],
    ['dark-attribute.css', 1024],
  ])('%s', (name, most) => {
    const bytes = gzipSync(readFileSync(join(folder, name)), { level: 9 }).length
    expect(bytes).toBeLessThanOrEqual(most)
  })
})

test('styles: one layer, no selector that a class of the host does not beat', () => {
  const css = readFileSync(join(folder, 'styles.css'), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
  expect(css.trim()).toMatch(/^@layer boardwalk \{[\s\S]+\}$/)
  const selectors = [...css.matchAll(/^ {2,}([^@\s;{}][^;{}]*)\{/gm)]
    .map(([, selector]) => selector!.trim())
    .filter((selector) => !selector.startsWith('from'))
  expect(selectors.length).toBeGreaterThan(40)
  for (const selector of selectors) expect(selector).toMatch(/^:where\([\s\S]+\)(::[a-z]+)?$/)
  expect(css).not.toMatch(
    /(margin|padding|border|inset)-(left|right)|text-align: (left|right)|url\(|!important/,
  )
})
