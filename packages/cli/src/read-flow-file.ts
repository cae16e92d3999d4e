import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { CommandError } from './command.ts'

type Read = (path: string) => Promise<unknown>

const readModule: Read = async (path) => {
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
  if (module.default === undefined)
    throw new CommandError(`${path} has no default export. Write "export default { name: …, steps: […] }".`)
  return module.default
}

const readText =
  (parseText: (text: string) => unknown): Read =>
  async (path) =>
    parseText((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))

const readers: { readonly [extension: string]: Read } = {
  '.json': readText((text) => JSON.parse(text)),
  '.yaml': readText((text) => parse(text)),
  '.yml': readText((text) => parse(text)),
  '.ts': readModule,
  '.mts': readModule,
  '.js': readModule,
  '.mjs': readModule,
}

/** A flow document written as JSON, YAML or a TypeScript module's default export. */
export const readFlowFile = async (file: string): Promise<unknown> => {
  const path = resolve(file)
  const read = readers[extname(path).toLowerCase()]
  if (read === undefined) {
    throw new CommandError(
      `${file} is not a flow file: its name must end in ${Object.keys(readers).join(', ')}.`,
    )
  }
  try {
    return await read(path)
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
