import { join } from 'node:path'
import { build } from 'vite'

/** Path and content of all that a browser loads of the pages in a folder; nothing is written. */
export type BuiltPages = ReadonlyMap<string, string>

/** React as in development, unless told otherwise: it complains of what differs between server and browser. */
export const buildPages = async (
  root: string,
  pages: readonly string[] = ['index.html'],
  mode: 'development' | 'production' = 'development',
): Promise<BuiltPages> => {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    mode,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    oxc: { jsx: { runtime: 'automatic', development: mode === 'development' } },
    build: {
      write: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: false,
      rolldownOptions: { input: pages.map((page) => join(root, page)) },
    },
  })
  const output = Array.isArray(built)
    ? built.flatMap((one) => one.output)
    : 'output' in built
      ? built.output
      : []
  return new Map(
    output.map((file) => [
      `/${file.fileName}`,
      file.type === 'chunk' ? file.code : Buffer.from(file.source).toString(),
    ]),
  )
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
}

export const typeOf = (path: string): string => types[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain'
