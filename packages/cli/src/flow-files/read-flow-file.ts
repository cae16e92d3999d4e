import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LineCounter, parseDocument, type Document } from 'yaml'
import { messageOf } from '../command.ts'
import { placesIn, type Place } from './places.ts'

/** A problem of the file itself, before anything can be said of the flow in it. */
export type Unreadable = { readonly message: string; readonly place?: Place | undefined }

export type FlowFile =
  | {
      readonly input: unknown
      /** Where a path of the document stands; nothing is known of modules. */
      readonly placeOf: (path: string, what: 'name' | 'value') => Place | undefined
    }
  | { readonly unreadable: readonly Unreadable[] }

type Read = (path: string) => Promise<FlowFile>

const nowhere = (): undefined => undefined

const readModule: Read = async (path) => {
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
  return module.default === undefined
    ? { unreadable: [{ message: 'has no default export. Write "export default { name: …, steps: […] }".' }] }
    : { input: module.default, placeOf: nowhere }
}

const textOf = async (path: string): Promise<string> => (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')

type Parsed = { readonly document: Document; readonly lines: LineCounter }

const parsed = (text: string): Parsed => {
  const lines = new LineCounter()
  return { document: parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines }
}

const syntaxProblems = ({ document, lines }: Parsed, only?: string): Unreadable[] =>
  document.errors
    .filter(({ code }) => only === undefined || code === only)
    .map(({ message, pos: [offset] }) => {
      const { line, col } = lines.linePos(offset)
      return { message, place: { line, column: col } }
    })

const readYaml: Read = async (path) => {
  const text = parsed(await textOf(path))
  const problems = syntaxProblems(text)
  if (problems.length > 0) return { unreadable: problems }
  return { input: text.document.toJS(), placeOf: placesIn(text.document, text.lines) }
}

const jsonError = (text: string): string | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** Whether nothing is wrong with the beginning of a text but that it ends. */
const onlyEnds = (beginning: string): boolean => {
  const message = jsonError(beginning)
  if (message === undefined || /Unexpected end|Unterminated/.test(message)) return true
  return message.includes(`position ${beginning.length}`)
}

/** JSON.parse does not always tell where it stopped: behind the longest beginning that could still have gone on. */
const jsonPlace = (text: string): Place => {
  let [good, bad] = [0, text.trimEnd().length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (onlyEnds(text.slice(0, middle))) good = middle
    else bad = middle
  }
  const before = text.slice(0, good).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

const readJson: Read = async (path) => {
  const text = await textOf(path)
  const error = jsonError(text)
  if (error !== undefined) {
    const message = error
      .replace(/ in JSON at position.*$/s, '')
      .replace(/, (\.\.\.)?".*is not valid JSON$/s, '')
    return { unreadable: [{ message: `is not JSON: ${message}`, place: jsonPlace(text) }] }
  }
  const places = parsed(text)
  // JSON.parse takes the last of two fields of one name, and says nothing.
  const twice = syntaxProblems(places, 'DUPLICATE_KEY')
  if (twice.length > 0) return { unreadable: twice }
  return { input: JSON.parse(text) as unknown, placeOf: placesIn(places.document, places.lines) }
}

const readers: { readonly [extension: string]: Read } = {
  '.json': readJson,
  '.yaml': readYaml,
  '.yml': readYaml,
  '.ts': readModule,
  '.mts': readModule,
  '.js': readModule,
  '.mjs': readModule,
}

/** A flow document written as JSON, YAML or a TypeScript module's default export, with its places. */
export const readFlowFile = async (file: string): Promise<FlowFile> => {
  const path = resolve(file)
  const read = readers[extname(path).toLowerCase()]
  if (read === undefined) {
    const endings = Object.keys(readers).join(', ')
    return { unreadable: [{ message: `is not a flow file: its name must end in ${endings}` }] }
  }
  try {
    return await read(path)
  } catch (error) {
    return { unreadable: [{ message: `cannot be read: ${messageOf(error)}` }] }
  }
}
