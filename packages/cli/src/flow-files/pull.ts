import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { parseFlowDocument } from '@boardwalk/contract/flow-document'
import { reachBoardwalk, type Boardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { pullForm } from './forms.ts'
import { rememberBase } from './known-bases.ts'
import { readFlowFile } from './read-flow-file.ts'
import { flowNames, readFlow, readVersion, shortHash } from './stored-flows.ts'
import { versionIn } from './words.ts'
import { writtenDocument } from './written-document.ts'

const options = {
  directory: { type: 'string', default: 'flows' },
  version: { type: 'string' },
} as const

const otherForms = ['yaml', 'yml', 'ts', 'mts', 'js', 'mjs']

/** What the file says already; nothing when it is not there or cannot be read. */
const inFile = async (file: string): Promise<unknown> => {
  if (!existsSync(file)) return undefined
  const read = await readFlowFile(file)
  return 'input' in read ? read.input : undefined
}

const pullOne = async (
  boardwalk: Boardwalk,
  name: string,
  directory: string,
  asked: number | undefined,
): Promise<void> => {
  const file = join(directory, `${name}.json`)
  const other = otherForms
    .map((ending) => join(directory, `${name}.${ending}`))
    .find((one) => existsSync(one))
  if (other !== undefined) {
    throw new CommandError(
      `${other} is there, and pull writes ${file}: one flow would stand in two files. Give another --directory, or remove ${other}.`,
    )
  }
  const version = asked ?? (await inForce(boardwalk, name))
  const { body, etag } = await readVersion(boardwalk, name, version)
  const written = await inFile(file)
  const parsed = parseFlowDocument(written)
  const stored = parseFlowDocument(body.document)
  const same =
    'document' in parsed && 'document' in stored && isDeepStrictEqual(parsed.document, stored.document)
  if (!same) {
    await mkdir(directory, { recursive: true })
    await writeFile(file, `${JSON.stringify(writtenDocument(body.document, written), null, 2)}\n`)
  }
  await rememberBase(boardwalk.url, name, etag)
  const became = same ? 'is already' : 'is now'
  console.log(`${file} ${became} version ${version} (${body.status}) ${shortHash(body.contentHash)}`)
}

/** The version in force, or the newest of a flow that has none. */
const inForce = async (boardwalk: Boardwalk, name: string): Promise<number> => {
  const { activeVersion, newestVersion } = await readFlow(boardwalk, name)
  return activeVersion ?? newestVersion
}

/** Writes flows of the running Boardwalk to files; all of them when none is named. */
export const pull = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const version = values.version === undefined ? undefined : versionIn(values.version, pullForm)
  if (version !== undefined && positionals.length !== 1)
    throw new CommandError(`A version is of one flow; name it: boardwalk ${pullForm}`)
  const boardwalk = await reachBoardwalk()
  const names = positionals.length > 0 ? positionals : await flowNames(boardwalk)
  for (const name of names) await pullOne(boardwalk, name, values.directory, version)
}
