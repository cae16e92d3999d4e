import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, test } from 'vitest'

const folder = join(import.meta.dirname, '..')
const entry = join(folder, 'src', 'entry.ts')

/** Bytes of all that a host's bundler makes of these lines, minified and gzipped, without React. */
const sizeOf = async (lines: string): Promise<number> => {
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
  const code = output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : ''))
  return code.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
}

/** As a host's page uses them. */
const using = (names: string, from = './index.ts'): string =>
  `import { ${names} } from '${from}'; globalThis.used = [${names}];`

const guide = 'OnboardingProvider, SetupGuide'
const everything = `${guide}, CompletionNudge, GuardRailModal, SetupGuideLauncher, StepItem, WelcomeScreen,
  useGuardRail, useNudge, useOnboarding, useSetupGuide, useStep, useWelcome`
const client = using('createOnboarding', '@boardwalk/client')

describe('bytes that a host’s visitors load', () => {
  test.each([
    ['provider and guide', using(guide), 8 * 1024],
    ['everything, with what is loaded when it is needed', using(everything), 10 * 1024],
    ['provider and guide, with the client', using(guide) + client, 11 * 1024],
    ['everything, with the client', using(everything) + client, 14.5 * 1024],
    ['French', using('fr', './locales/fr.ts'), 1024],
    ['German', using('de', './locales/de.ts'), 1024],
    ['Arabic', using('ar', './locales/ar.ts'), 1024],
  ])('%s', async (_, lines, most) => {
    const size = await sizeOf(lines)
    expect(size).toBeGreaterThan(500)
    expect(size).toBeLessThanOrEqual(most)
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
