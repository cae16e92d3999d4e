import type { VersionStatus } from '@boardwalk/contract'
import type { FlowDocument } from '@boardwalk/engine'
import { RefusedError, type Boardwalk } from '../call-boardwalk.ts'

export type StoredVersion = {
  readonly name: string
  readonly version: number
  readonly status: VersionStatus
  readonly contentHash: string
}

export type StoredFlow = {
  readonly name: string
  readonly activeVersion: number | null
  readonly newestVersion: number
  readonly versions: readonly StoredVersion[]
}

type Page = { readonly items: readonly { readonly name: string }[]; readonly nextCursor?: string }

/** The first digits of a content hash: enough to recognise a version by. */
export const shortHash = (contentHash: string): string => contentHash.slice(0, 'sha256:'.length + 12)

const flowPath = (name: string): string => `/api/admin/flows/${encodeURIComponent(name)}`

export const versionPath = (name: string, version: number): string =>
  `${flowPath(name)}/versions/${String(version)}`

/** The names of all flows. */
export const flowNames = async ({ call }: Boardwalk): Promise<string[]> => {
  const names: string[] = []
  let cursor = ''
  for (;;) {
    const { body } = await call<Page>('GET', `/api/admin/flows?limit=100${cursor}`)
    names.push(...body.items.map(({ name }) => name))
    if (body.nextCursor === undefined) return names
    cursor = `&cursor=${body.nextCursor}`
  }
}

export const readFlow = async ({ call }: Boardwalk, name: string): Promise<StoredFlow> =>
  (await call<StoredFlow>('GET', flowPath(name))).body

/** Undefined when nothing of that name is stored. */
export const findFlow = async (boardwalk: Boardwalk, name: string): Promise<StoredFlow | undefined> => {
  try {
    return await readFlow(boardwalk, name)
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'flow_not_found') return undefined
    throw error
  }
}

export const readVersion = ({ call }: Boardwalk, name: string, version: number) =>
  call<StoredVersion & { readonly document: FlowDocument }>('GET', versionPath(name, version))
