import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import type { FlowDocument } from '@boardwalk/engine'
import { reachBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { soundFiles } from '../flow-files/check-files.ts'
import { generatedNames } from '../flow-files/generated-names.ts'
import { flowNames, readFlow, readVersion } from '../flow-files/stored-flows.ts'

const options = {
  'from-server': { type: 'boolean' },
  out: { type: 'string' },
  module: { type: 'string', default: '@boardwalk/sdk' },
} as const

/** Flows of which a version is in force: what a host can ask for. */
const inForce = async (): Promise<FlowDocument[]> => {
  const boardwalk = await reachBoardwalk()
  const documents: FlowDocument[] = []
  for (const name of await flowNames(boardwalk)) {
    const { activeVersion } = await readFlow(boardwalk, name)
    if (activeVersion !== null)
      documents.push((await readVersion(boardwalk, name, activeVersion)).body.document)
  }
  return documents
}

export const codegen = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const fromServer = values['from-server'] ?? false
  if (fromServer === positionals.length > 0) {
    throw new CommandError('Say whose names: boardwalk codegen FILE…, or boardwalk codegen --from-server')
  }
  const { out, module } = values
  const documents = fromServer
    ? await inForce()
    : (await soundFiles(positionals)).map(({ document }) => document)
  const text = generatedNames(documents, module)
  if (out === undefined) {
    process.stdout.write(text)
    return
  }
  // A file that stays as it is wakes no watcher.
  const same = text === (await readFile(out, 'utf8').catch(() => undefined))
  if (!same) {
    await mkdir(dirname(out), { recursive: true })
    await writeFile(out, text)
  }
  console.log(`${out} ${same ? 'is up to date' : 'is written'}: ${documents.length} flow(s)`)
}
