import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export type KeptFile = {
  /** undefined when there is no file yet. Throws when there is one that is not JSON. */
  readonly read: () => Promise<unknown>
  /** Resolves when what `content` answers now, or later, is in the file. */
  readonly write: (content: () => unknown) => Promise<void>
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** One JSON file that is always whole: written beside itself and renamed, one write after the other. */
export const keptFile = (path: string): KeptFile => {
  let last: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined

  const writeNow = async (content: unknown): Promise<void> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const beside = `${path}.new`
    await writeFile(beside, `${JSON.stringify(content, null, 1)}\n`, { mode: 0o600 })
    await rename(beside, path)
  }

  return {
    read: async () => {
      try {
        return JSON.parse(await readFile(path, 'utf8'))
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    // Those who come while a write is under way share the next one.
    write: (content) => {
      waiting ??= last
        .catch(() => {})
        .then(() => {
          waiting = undefined
          return writeNow(content())
        })
      last = waiting
      return waiting
    },
  }
}
