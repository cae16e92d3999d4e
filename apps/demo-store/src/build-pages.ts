import { join } from 'node:path'

export type Asset = { readonly type: string; readonly body: Uint8Array<ArrayBuffer> }

export type Pages = {
  /** Of every page; the browser part looks at the address. `<html lang="en">` stands for the language. */
  readonly html: string
  /** By path; their names change with their content. */
  readonly assets: ReadonlyMap<string, Asset>
}

const types: { readonly [extension: string]: string } = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

const bytesOf = (content: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content)

/** Built at every start and into memory: half a second, never stale, and nothing to clean up. */
export const buildPages = async (): Promise<Pages> => {
  const { build } = await import('vite')
  const root = join(import.meta.dirname, '..', 'browser')
  const built = await build({
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    mode: 'production',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: {
      write: false,
      // The content security policy allows nothing inline, no `data:` address either.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  })
  const output = Array.isArray(built)
    ? built.flatMap((one) => one.output)
    : 'output' in built
      ? built.output
      : []
  const files = output.map((file) => ({
    path: `/${file.fileName}`,
    content: file.type === 'chunk' ? file.code : file.source,
  }))
  const html = files.find(({ path }) => path === '/index.html')?.content
  if (typeof html !== 'string') throw new Error(`The pages in ${root} were built without an index.html`)
  const assets = files
    .filter(({ path }) => path !== '/index.html')
    .map(({ path, content }): [string, Asset] => {
      const type = types[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
      return [path, { type, body: bytesOf(content) }]
    })
  return { html, assets: new Map(assets) }
}
