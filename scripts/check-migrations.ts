// What a migration may do while the version before it still serves: expand only, no rewrite, no long lock.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { root } from './repository.ts'

/** Landed before anybody had data, and never edited. */
const lastUnchecked = 16

/** What is wrong with the migrations in this folder. */
export function migrationProblems(folder = join(root, 'packages/store/migrations')): string[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql') && Number(file.slice(0, 4)) > lastUnchecked)
    .sort()
    .map((file) => join(folder, file))
  return files.length === 0 ? [] : [...files.flatMap(ownProblems), ...squawkProblems(files)]
}

function ownProblems(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    const place = `${basename(path)}:${index + 1}`
    const isComment = line.trimStart().startsWith('--')
    if (!isComment && /\b(lock_timeout|session_replication_role)\b/i.test(line)) {
      return [`${place}: the migrator sets lock_timeout, so that nobody waits behind a migration. Leave it.`]
    }
    if (isComment && line.includes('squawk-ignore') && !/^\s*--\s*\w/.test(lines[index - 1] ?? '')) {
      return [`${place}: say in a comment above why the rule does not matter here.`]
    }
    return []
  })
}

function squawkProblems(files: readonly string[]): string[] {
  const manifest = createRequire(import.meta.url).resolve('squawk-cli/package.json')
  const program = join(dirname(manifest), 'js/bin/squawk')
  const words = [program, '--config', join(root, '.squawk.toml'), '--reporter', 'gcc', ...files]
  try {
    execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return []
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    const said = `${stdout ?? ''}${stderr ?? ''}`.trim()
    return said === '' ? [`squawk could not run: ${String(error)}`] : said.split('\n')
  }
}
