import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

/** What a browser loads of these, minified and compressed, in bytes. */
const bytesOf = async (names: string): Promise<number> => {
  const client = fileURLToPath(new URL('../src/index.ts', import.meta.url))
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : undefined),
        load: (id) => (id === 'entry' ? `export ${names} from ${JSON.stringify(client)}` : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es', minify: true, comments: false })
  await bundle.close()
  expect(output).toHaveLength(1)
  return gzipSync(output[0].code, { level: 9 }).length
}

// Of the 10 kB that the screens and the client have together (U1).
const most = 4864

test(`a browser loads at most ${most} bytes for a person’s live onboarding`, async () => {
  expect(await bytesOf('{ createOnboarding, guardFetch }')).toBeLessThanOrEqual(most)
})

test('whoever wants guarded requests alone loads nothing else', async () => {
  expect(await bytesOf('{ guardFetch }')).toBeLessThanOrEqual(512)
})
