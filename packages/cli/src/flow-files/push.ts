import { parseArgs } from 'node:util'
import { reachBoardwalk, RefusedError, type Boardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { soundFiles } from './check-files.ts'
import { pushForms } from './forms.ts'
import { knownBase, rememberBase } from './known-bases.ts'
import { readVersion, shortHash, versionPath, type StoredVersion } from './stored-flows.ts'
import { filesIn, versionIn } from './words.ts'

const options = {
  publish: { type: 'boolean' },
  reason: { type: 'string' },
  policy: { type: 'string' },
  reopen: { type: 'boolean' },
  base: { type: 'string' },
  force: { type: 'boolean' },
} as const

type Asked = { readonly base?: number | undefined; readonly force?: boolean | undefined }

/** Which version must still be the newest: the one named, else the one last seen from this folder. */
const baseOf = async (
  boardwalk: Boardwalk,
  name: string,
  { base, force }: Asked,
): Promise<string | undefined> => {
  if (force) return undefined
  if (base === undefined) return knownBase(boardwalk.url, name)
  return (await readVersion(boardwalk, name, base)).etag ?? undefined
}

const conflictOf = (file: string, { message, problems }: RefusedError): CommandError => {
  const changed = problems.map(({ path, found, expected }) => `  ${path}: ${expected} → ${found}`)
  const advice =
    'Take the changes over ("boardwalk flows pull", "flows diff") and name the version with --base, or overrule them with --force.'
  return new CommandError([`${file}: ${message}`, ...changed, advice].join('\n'))
}

/** Stores the documents, and publishes them when asked to. All are checked before the first is sent. */
export const push = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const { publish, reason, policy, reopen, force } = values
  const [form = ''] = pushForms
  const base = values.base === undefined ? undefined : versionIn(values.base, form)
  const sound = await soundFiles(filesIn(positionals, form))
  const boardwalk = await reachBoardwalk()
  for (const { file, document } of sound) {
    const ifMatch = await baseOf(boardwalk, document.name, { base, force })
    const stored = await boardwalk
      .call<StoredVersion>(
        'POST',
        '/api/admin/flows',
        document,
        ifMatch === undefined ? undefined : { 'if-match': ifMatch },
      )
      .catch((error: unknown) => {
        throw error instanceof RefusedError && error.code === 'stale' ? conflictOf(file, error) : error
      })
    const { name, version, status, contentHash } = stored.body
    await rememberBase(boardwalk.url, name, stored.etag)
    console.log(
      `${file}: flow "${name}" is stored as version ${version} (${status}) ${shortHash(contentHash)}`,
    )
    if (!publish) continue
    const publishing = { reason, policy, ...(reopen && { reopen }) }
    await boardwalk.call('POST', `${versionPath(name, version)}/publish`, publishing)
    console.log(`${file}: version ${version} is published`)
  }
}
