import { parseFlowDocument } from '@boardwalk/contract/flow-document'
import type { FlowDocument, Problem } from '@boardwalk/engine'
import { CommandError } from '../command.ts'
import type { Place } from './places.ts'
import { readFlowFile } from './read-flow-file.ts'

/** One problem of a file. `path` is empty for the file as a whole. */
export type FileProblem = Partial<Place> & {
  readonly path: string
  readonly found?: string
  readonly expected?: string
  readonly message: string
}

export type CheckedFile = { readonly file: string } & (
  | { readonly document: FlowDocument }
  | { readonly problems: readonly FileProblem[] }
)

type Read = Awaited<ReturnType<typeof readFlowFile>>

/** Problems of a file with their places, in the order of the file. */
export const placed = (read: Read, problems: readonly Problem[]): FileProblem[] => {
  if ('unreadable' in read)
    return read.unreadable.map(({ message, place }) => ({ ...place, path: '', message }))
  const found = problems.map((problem) => {
    const ofName = problem.expected === 'no field of this name' || problem.found.startsWith('name ')
    return { ...read.placeOf(problem.path, ofName ? 'name' : 'value'), ...problem }
  })
  return found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

const checkFile = async (file: string): Promise<CheckedFile> => {
  const read = await readFlowFile(file)
  if ('unreadable' in read) return { file, problems: placed(read, []) }
  const parsed = parseFlowDocument(read.input)
  if ('document' in parsed) return { file, document: parsed.document }
  return { file, problems: placed(read, parsed.problems) }
}

/** All files, whatever is wrong with some of them. */
export const checkFiles = (files: readonly string[]): Promise<CheckedFile[]> =>
  Promise.all(files.map(checkFile))

const told = (file: string, { line, column, path, found, expected, message }: FileProblem): string => {
  const place = line === undefined ? file : `${file}:${line}:${column}`
  return found === undefined
    ? `${place}: ${message}`
    : `${place} ${path || '(whole)'}: found ${found}, expected ${expected}\n    ${message}`
}

export const problemLines = (checked: readonly CheckedFile[]): string[] =>
  checked.flatMap((one) => ('problems' in one ? one.problems.map((problem) => told(one.file, problem)) : []))

export type SoundFile = { readonly file: string; readonly document: FlowDocument }

/** The documents of all files, or every problem of all of them. */
export const soundFiles = async (files: readonly string[]): Promise<SoundFile[]> => {
  const checked = await checkFiles(files)
  const sound = checked.flatMap((one) => ('document' in one ? [one] : []))
  if (sound.length === checked.length) return sound
  throw new CommandError(problemLines(checked).join('\n'))
}
