import { parseArgs } from 'node:util'
import { parseFlowDocument } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError, type Command } from '../command.ts'
import { readFlowFile } from '../read-flow-file.ts'

const listed = (problems: readonly Problem[]): string =>
  problems
    .map(
      ({ path, found, expected, message }) =>
        `  ${path || '(whole)'}: found ${found}, expected ${expected}\n    ${message}`,
    )
    .join('\n')

const checked = async (file: string) => {
  const parsed = parseFlowDocument(await readFlowFile(file))
  if ('document' in parsed) return parsed.document
  throw new CommandError(`${file} has ${parsed.problems.length} problem(s):\n${listed(parsed.problems)}`)
}

const validate = async (files: readonly string[]): Promise<void> => {
  for (const file of files) {
    const { name, steps } = await checked(file)
    console.log(`${file}: flow "${name}" with ${steps.length} steps is sound`)
  }
}

type Stored = { readonly name: string; readonly version: number; readonly status: string }

const push = async (
  files: readonly string[],
  publishes: boolean,
  reason: string | undefined,
): Promise<void> => {
  // All are checked before the first is sent.
  const documents = await Promise.all(files.map(async (file) => ({ file, document: await checked(file) })))
  for (const { file, document } of documents) {
    const { name, version, status } = await callBoardwalk<Stored>('POST', '/api/admin/flows', document)
    console.log(`${file}: flow "${name}" is stored as version ${version} (${status})`)
    if (!publishes) continue
    await callBoardwalk('POST', `/api/admin/flows/${name}/versions/${version}/publish`, { reason })
    console.log(`${file}: version ${version} is published`)
  }
}

const options = { publish: { type: 'boolean' }, reason: { type: 'string' } } as const

export const flows: Command = {
  name: 'flows',
  usage: ['flows validate FILE…', 'flows push FILE… [--publish] [--reason TEXT]'],
  summary: 'checks flow files; stores and publishes them in a running Boardwalk',
  run: async (words) => {
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
    const [verb, ...files] = positionals
    if (files.length === 0 || (verb !== 'validate' && verb !== 'push')) {
      throw new CommandError(
        'Say what to do with which files: boardwalk flows validate FILE… or boardwalk flows push FILE…',
      )
    }
    if (verb === 'validate') await validate(files)
    else await push(files, values.publish ?? false, values.reason)
  },
}
