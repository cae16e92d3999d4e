import { parseArgs } from 'node:util'
import { parseFlowDocument } from '@boardwalk/contract/flow-document'
import type { FlowDocument } from '@boardwalk/engine'
import { diffDocuments, type Difference } from '@boardwalk/engine/diff-documents'
import { reachBoardwalk, type Boardwalk } from '../call-boardwalk.ts'
import { soundFiles } from './check-files.ts'
import { diffForm } from './forms.ts'
import { findFlow, readVersion, shortHash } from './stored-flows.ts'
import { filesIn, versionIn } from './words.ts'

type Against = {
  readonly version: number | null
  readonly contentHash?: string
  readonly document?: FlowDocument
}

/** The version that was asked for, else the one in force; nothing when the flow is not there or not published. */
const storedIn = async (
  boardwalk: Boardwalk,
  name: string,
  version: number | undefined,
): Promise<Against> => {
  const asked = version ?? (await findFlow(boardwalk, name))?.activeVersion ?? null
  if (asked === null) return { version: null }
  const { body } = await readVersion(boardwalk, name, asked)
  // Defaults that came with a newer Boardwalk are no differences.
  const parsed = parseFlowDocument(body.document)
  const document = 'document' in parsed ? parsed.document : body.document
  return { version: asked, contentHash: body.contentHash, document }
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 100 ? text : `${text.slice(0, 99).toWellFormed()}…`
}

const line = (difference: Difference): string => {
  const { path } = difference
  switch (difference.kind) {
    case 'added':
      return `  + ${path}: ${shown(difference.value)}`
    case 'removed':
      return `  - ${path}: ${shown(difference.value)}`
    case 'renamed':
      return `  ~ ${path}: renamed from ${difference.before}`
    case 'reordered':
      return `  ~ order of ${path}: ${difference.before.join(', ')} → ${difference.after.join(', ')}`
    case 'changed':
      return `  ~ ${path}: ${shown(difference.before)} → ${shown(difference.after)}`
  }
}

/** What would change in the running Boardwalk; the process ends with 2 when something would. */
export const diff = async (words: string[]): Promise<void> => {
  const options = { against: { type: 'string' }, json: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const version = values.against === undefined ? undefined : versionIn(values.against, diffForm)
  const sound = await soundFiles(filesIn(positionals, diffForm))
  const boardwalk = await reachBoardwalk()
  const found: object[] = []
  for (const { file, document } of sound) {
    const { name } = document
    const stored = await storedIn(boardwalk, name, version)
    const differences = stored.document ? diffDocuments(stored.document, document) : undefined
    if (differences?.length !== 0) process.exitCode = 2
    found.push({ file, flow: name, against: stored.version, differences: differences ?? null })
    if (values.json) continue
    if (differences === undefined) {
      console.log(`${file}: no version of flow "${name}" is in force there`)
      continue
    }
    const against = `version ${stored.version} of "${name}" (${shortHash(stored.contentHash ?? '')})`
    if (differences.length === 0) console.log(`${file}: equal to ${against}`)
    else console.log([`${file}: differs from ${against}`, ...differences.map(line)].join('\n'))
  }
  if (values.json) console.log(JSON.stringify({ files: found }, null, 2))
}
