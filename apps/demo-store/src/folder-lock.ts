import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export type FolderLock = { readonly release: () => void }

// A lock with our own id that is not among these was left by a dead process: in a container, ids come again.
const ours = new Set<string>()

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** What `act` answers, or undefined when it meets this code. */
const unless = <Result>(code: string, act: () => Result): Result | undefined => {
  try {
    return act()
  } catch (error) {
    if (codeOf(error) === code) return undefined
    throw error
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Left by `kill -9` or a power cut. What names no process may be half written, and is left to people. */
const isStale = (path: string, holder: string): boolean => {
  if (!/^[1-9]\d*$/.test(holder)) return false
  const pid = Number(holder)
  return pid === process.pid ? !ours.has(path) : !isAlive(pid)
}

const made = (path: string): boolean =>
  unless('EEXIST', () => {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  }) ?? false

const takeAway = (path: string, stale: string): void => {
  const aside = `${path}.${process.pid}`
  renameSync(path, aside)
  // Somebody took it over between our look and our rename: theirs goes back.
  if (readFileSync(aside, 'utf8') !== stale) unless('EEXIST', () => linkSync(aside, path))
  rmSync(aside)
}

const heldError = (folder: string, path: string, holder: string): Error => {
  const who = /^\d+$/.test(holder) ? `Process ${holder}` : 'Another process'
  const message = `${who} holds the demo store’s data in ${folder}: stop it, or start this store with another folder (--data FOLDER), or delete ${path} if that process is no store.`
  return Object.assign(new Error(message), { code: 'FOLDER_HELD' })
}

/** Two stores in one folder would each write the whole file and lose what the other kept. For one machine: ids mean nothing on another. */
export const lockFolder = (folder: string): FolderLock => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(resolve(folder), 'lock')
  while (!made(path)) {
    const holder = unless('ENOENT', () => readFileSync(path, 'utf8'))
    if (holder === undefined) continue
    if (!isStale(path, holder)) throw heldError(folder, path, holder)
    unless('ENOENT', () => takeAway(path, holder))
  }
  ours.add(path)
  let released = false
  return {
    release: () => {
      if (released) return
      released = true
      ours.delete(path)
      rmSync(path, { force: true })
    },
  }
}
