import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown, type ExternalOption } from 'rolldown'

type Lines = {
  /** What a host writes. */
  readonly code: string
  /** Where its packages are looked for. */
  readonly folder: string
  readonly external?: ExternalOption
}

/** File name and content of what a host's bundler makes of these lines for visitors, minified. */
export const bundle = async ({
  code,
  folder,
  external = [],
}: Lines): Promise<ReadonlyMap<string, string>> => {
  const entry = join(folder, 'entry.ts')
  const built = await rolldown({
    input: { entry },
    logLevel: 'silent',
    platform: 'browser',
    external,
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, jsx: 'react-jsx' },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
  })
  const { output } = await built.generate({ format: 'esm', minify: true })
  await built.close()
  return new Map(output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one.code] as const] : [])))
}

/** Bytes of all of it, gzipped; React is the host's own. */
export const gzippedSize = async (lines: Omit<Lines, 'external'>): Promise<number> => {
  const files = await bundle({ ...lines, external: [/^react(-dom)?($|\/)/] })
  return [...files.values()].reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0)
}
