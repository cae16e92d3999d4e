import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoreOptions } from './store.ts'

type Flows = NonNullable<StoreOptions['flows']>

/** The flow documents of a folder, by name of file. Only JSON: `boardwalk flows push` reads YAML and TypeScript. */
export const readFlows = async (folder: string): Promise<Flows> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted()
  return Promise.all(
    files.map(async (file) => {
      try {
        return JSON.parse(await readFile(join(folder, file), 'utf8')) as Flows[number]
      } catch (error) {
        throw new Error(`${join(folder, file)} is not JSON: ${String(error)}`, { cause: error })
      }
    }),
  )
}
