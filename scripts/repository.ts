import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..')

const notOurs = new Set(['.git', 'node_modules', 'dist', 'coverage', '.boardwalk'])

/** Every file that is committed or would be, as slash paths from the root. */
export function repositoryFiles(): string[] {
  return (filesOfGit() ?? filesOfFolder(root)).filter((path) => existsSync(join(root, path))).sort()
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Nothing without git: a source archive, or a checkout that belongs to another user. */
function filesOfGit(): string[] | undefined {
  if (!existsSync(join(root, '.git'))) return undefined
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    const listed = execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return [...new Set(listed.split('\0').filter(Boolean))]
  } catch {
    return undefined
  }
}

function filesOfFolder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesOfFolder(path) : [relative(root, path).replaceAll('\\', '/')]
  })
}
