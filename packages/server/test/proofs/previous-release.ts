import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const migrations = 'packages/store/migrations'

const git = (...words: string[]): string =>
  execFileSync('git', words, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 30 }).trim()

/** Links instead of a second install: all that is installed is the same, only our own packages are the old ones. */
const linkModules = (folder: string): void => {
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@boardwalk'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@boardwalk') symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const name of readdirSync(join(folder, 'packages'))) {
    symlinkSync(join(folder, 'packages', name), join(modules, '@boardwalk', name))
    const nested = join(root, 'packages', name, 'node_modules')
    const isThere = readdirSync(join(root, 'packages', name)).includes('node_modules')
    if (isThere) symlinkSync(nested, join(folder, 'packages', name, 'node_modules'))
  }
}

export type PreviousRelease = {
  readonly commit: string
  /** Its `boardwalk`. */
  readonly program: string
  /** Migrations that this version has and that one has not. */
  readonly newMigrations: readonly string[]
  readonly remove: () => void
}

/**
 * The newest commit that knows fewer migrations than this one, or the one that PROOF_PREVIOUS names. Throws where git has no
 * history, as in a shallow clone.
 */
export const previousRelease = (): PreviousRelease => {
  const newest = readdirSync(join(root, migrations)).sort().at(-1) ?? ''
  const named = process.env['PROOF_PREVIOUS']
  // The commit that added the newest migration; its parent is the last one without it.
  // Of a merge the whole counts, not how it came about.
  const asMerged = ['--first-parent', '-m', '--diff-filter=A', '--format=%H', '-1']
  const added = git('log', ...asMerged, '--', `${migrations}/${newest}`)
  const commit = named ?? git('rev-parse', '--verify', `${added === '' ? 'HEAD' : added}~1`)
  const folder = mkdtempSync(join(tmpdir(), 'boardwalk-previous-'))
  const archive = execFileSync('git', ['archive', commit, 'packages', 'package.json'], {
    cwd: root,
    maxBuffer: 2 ** 30,
  })
  execFileSync('tar', ['x', '-C', folder], { input: archive })
  linkModules(folder)
  const old = new Set(readdirSync(join(folder, migrations)))
  return {
    commit,
    program: join(folder, 'packages/cli/bin/boardwalk.js'),
    newMigrations: readdirSync(join(root, migrations)).filter((name) => !old.has(name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Whether this clone has all commits: a CI's shallow one has not. */
export const hasHistory = (): boolean => {
  try {
    return git('rev-parse', '--is-shallow-repository') === 'false'
  } catch {
    return false
  }
}
