import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { messageOf } from '../command.ts'
import { emptyTally, type Tally } from './tally.ts'

/** How far an import has come. Repeating rows is harmless, so it may lag behind. */
export type Checkpoint = {
  readonly path: string
  readonly tally: Tally
  readonly save: () => Promise<void>
  readonly remove: () => Promise<void>
}

const hashOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

// Writing it costs a batch's time when many rows were refused.
const restMs = 1000

/** Takes up the checkpoint beside the file, if it is of the same file, mapping and `target`; else begins anew. */
export const openCheckpoint = async (file: string, mapping: string, target: string): Promise<Checkpoint> => {
  const path = `${file}.import-progress.json`
  const identity = { file: await hashOf(file), mapping: await hashOf(mapping), target }
  const found = await readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as { identity: typeof identity; tally: Tally },
    () => undefined,
  )
  const same = found !== undefined && JSON.stringify(found.identity) === JSON.stringify(identity)
  const tally = same ? found.tally : emptyTally()
  let savedAt = 0
  let writable = true
  return {
    path,
    tally,
    save: async () => {
      if (!writable || Date.now() - savedAt < restMs) return
      savedAt = Date.now()
      try {
        await writeFile(`${path}.next`, JSON.stringify({ identity, tally }))
        await rename(`${path}.next`, path)
      } catch (error) {
        writable = false
        console.error(`Killed, it would begin anew: ${path} cannot be written (${messageOf(error)}).`)
      }
    },
    remove: () => rm(path, { force: true }),
  }
}
