import { constants } from 'node:fs'
import { access, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { errorCode } from './database-error.ts'

export type DirectoryLock = { readonly release: () => Promise<void> }

type Holder = { pid: number; host: string; since: string }

/**
 * Two PGlites on one directory each report success and lose rows. The lock is SQLite's exclusive lock on a file in the directory:
 * the one lock Node has without native code that the kernel holds, so it ends with its process however that ends, needs no
 * judgement about stale holders, cannot be won twice, and holds across containers that share the volume.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = resolve(directory)
  await ensureDirectory(path)
  const { DatabaseSync } = await import('node:sqlite')
  const holderFile = join(path, 'holder.json')
  // Never opened by anything else in this process: closing any other descriptor of the file would drop a POSIX lock.
  const lockFile = new DatabaseSync(join(path, 'lock'), { timeout: 0 })
  try {
    lockFile.exec('begin exclusive')
  } catch (error) {
    lockFile.close()
    if (!isBusy(error))
      throw Object.assign(new Error(`Cannot lock ${path}: ${String(error)}`, { cause: error }), {
        code: directoryUnusable,
      })
    throw await heldError(path, holderFile)
  }
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
  await writeFile(holderFile, JSON.stringify(holder), { mode: 0o600 })
  let released = false
  return {
    async release() {
      if (released) return
      released = true
      await rm(holderFile, { force: true })
      lockFile.close()
    },
  }
}

export const directoryHeld = 'DIRECTORY_HELD'
export const directoryUnusable = 'DIRECTORY_UNUSABLE'

async function heldError(path: string, holderFile: string): Promise<Error> {
  const holder = await readHolder(holderFile)
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`
  const stop = holder === undefined ? 'stop the other process' : `stop process ${holder.pid}`
  const message = `The data directory ${path} is in use by ${who}. One process at a time can open it: use DATABASE_URL for several processes, or ${stop}.`
  return Object.assign(new Error(message), { code: directoryHeld, holder })
}

/** Only for the message: a holder that has just won may not have written its file yet. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

async function ensureDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const code = errorCode(error)
    const found =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'is a file, or lies below one'
        : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
          ? 'is not writable for this user'
          : `cannot be used (${code ?? String(error)})`
    throw Object.assign(
      new Error(
        `The data directory ${path} ${found}. Name a directory that this process may create or write to.`,
        { cause: error },
      ),
      { code: directoryUnusable },
    )
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
