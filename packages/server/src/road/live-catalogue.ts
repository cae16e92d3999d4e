import { catalogueOf, compileExperiment, compileRelease, type Catalogue } from '@boardwalk/engine'
import { readCatalogue, type Query } from '@boardwalk/store'
import { keptVersions } from './kept-versions.ts'

/**
 * The compiled flows in force. Every load tells the catalogue's revision, so a flow published, or switched off, through one process is
 * so in all others from their next load on, with nothing to wait for or to miss.
 */
export type LiveCatalogue = {
  /** `within`: the transaction that asks, if any; it must not wait for others. */
  readonly at: (revision: number, within?: Query) => Promise<Catalogue>
  /** What is in force now, asked of the database. */
  readonly now: () => Promise<Catalogue>
  /** What was in force when the database last answered; undefined before it ever did. */
  readonly lastKnown: () => Catalogue | undefined
}

export const liveCatalogue = (query: Query): LiveCatalogue => {
  let current: Catalogue | undefined
  let reading: Promise<Catalogue> | undefined

  const kept = keptVersions()

  const read = async (from = query): Promise<Catalogue> => {
    const { revision, flows, experiments } = await readCatalogue(from)
    await kept.fetch(
      from,
      flows.flatMap(({ versions }) => versions),
    )
    return catalogueOf(
      revision,
      flows.flatMap(({ name, version, open, publications, versions: keys, release }) => {
        const byNumber = new Map(keys.map((key) => [key.version, key]))
        const versions = { get: (number: number) => kept.get(byNumber.get(number)) }
        const flow = versions.get(version)
        return flow
          ? [
              {
                flow,
                open,
                publications,
                versions,
                release: compileRelease(name, release?.settings, release?.revision),
              },
            ]
          : []
      }),
      experiments.map(({ document, status, phase }) => compileExperiment(document, status, phase)),
    )
  }

  const at = async (revision: number, within = query): Promise<Catalogue> => {
    if (within !== query) return current?.revision === revision ? current : (current = await read(within))
    // A reading under way may have begun before the revision rose, so it is read again once. After that, what the
    // database says is right, also when a restored one says less than before.
    for (let attempt = 0; attempt < 2 && current?.revision !== revision; attempt++) {
      reading ??= read().finally(() => (reading = undefined))
      current = await reading
    }
    return current ?? read()
  }
  return { at, now: async () => (current = await read()), lastKnown: () => current }
}
