import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoreOptions } from './store.ts'

type Flows = NonNullable<StoreOptions['flows']>
type Experiments = NonNullable<StoreOptions['experiments']>

const readAll = async <Document>(folder: string, names: readonly string[]): Promise<Document[]> => {
  const files = names.filter((file) => file.endsWith('.json')).toSorted()
  return Promise.all(
    files.map(async (file) => {
      try {
        return JSON.parse(await readFile(join(folder, file), 'utf8')) as Document
      } catch (error) {
        throw new Error(`${join(folder, file)} is not JSON: ${String(error)}`, { cause: error })
      }
    }),
  )
}

/** The flow documents of a folder, by name of file. Only JSON: `boardwalk flows push` reads YAML and TypeScript. */
export const readFlows = async (folder: string): Promise<Flows> =>
  readAll<Flows[number]>(folder, await readdir(folder))

/** The same for experiments; a folder that is not there holds none. */
export const readExperiments = async (folder: string): Promise<Experiments> =>
  readAll<Experiments[number]>(folder, await readdir(folder).catch(() => []))
