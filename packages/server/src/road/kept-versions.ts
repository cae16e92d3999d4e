import { compileFlow, type Flow } from '@boardwalk/engine'
import { readDocuments, type Query, type VersionKey } from '@boardwalk/store'

const textOf = ({ flow, version, contentHash }: VersionKey): string => `${flow} ${version} ${contentHash}`

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/**
 * All versions that were ever published, because some people may have been away since. Published versions never change,
 * so each is fetched once, and compiled only when somebody is in it or passes it by.
 */
export const keptVersions = () => {
  const kept = new Map<string, () => Flow>()
  return {
    get: (key: VersionKey | undefined): Flow | undefined => key && kept.get(textOf(key))?.(),
    fetch: async (query: Query, keys: readonly VersionKey[]): Promise<void> => {
      const unknown = keys.filter((key) => !kept.has(textOf(key)))
      if (unknown.length === 0) return
      for (const row of await readDocuments(query, unknown)) {
        const { document, version, lineages } = row
        kept.set(
          textOf(row),
          once(() => compileFlow(document, version, lineages)),
        )
      }
    },
  }
}
