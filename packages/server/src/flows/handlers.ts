import type { Operation } from '@boardwalk/contract'
import { listFlows, publish, readFlow, readPublications, readVersion, readVersions } from '@boardwalk/store'
import type { Database, FlowSummary, FlowVersion, Publication } from '@boardwalk/store'
import type { Announcer } from '../following/announce.ts'
import { actor } from '../http/actor.ts'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { header } from '../http/precondition.ts'
import { Failure, type Reply } from '../http/reply.ts'
import type { Handlers, Input } from '../http/serve-operations.ts'
import { isBasedOn, versionTag } from './following-version.ts'
import { previewImpact, type ImpactSurroundings } from './preview-impact.ts'
import { storeDraft } from './store-draft.ts'

type Served = Pick<
  Handlers,
  | 'createFlow'
  | 'listFlows'
  | 'getFlow'
  | 'getFlowVersion'
  | 'publishFlowVersion'
  | 'rollbackFlowVersion'
  | 'deprecateFlowVersion'
  | 'previewImpact'
>

const known = <Row extends object>(row: Row) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

const named = (contentHash: string): string => `sha256:${contentHash}`

const presentVersion = ({ contentHash, ...version }: Omit<FlowVersion, 'document'>): object =>
  known({ ...version, contentHash: named(contentHash) })
const presentSummary = ({ activeVersion, ...flow }: FlowSummary): object => ({
  ...known(flow),
  activeVersion,
})

const noFlow = (name: string): Failure =>
  new Failure('flow_not_found', `There is no flow "${name}". GET /api/admin/flows lists those there are.`)

type VersionPath = Operation<'getFlowVersion'>['path']

export const flowHandlers = (
  database: Database,
  { changed }: Pick<Announcer, 'changed'>,
  around: Omit<ImpactSurroundings, 'query'>,
): Served => {
  const { query } = database

  const found = async ({ name, version }: VersionPath): Promise<Reply> => {
    const row = await readVersion(query, name, version)
    if (row) return { status: 200, body: presentVersion(row), headers: { etag: versionTag(row) } }
    if ((await readFlow(query, name)) === undefined) throw noFlow(name)
    throw new Failure('version_not_found', `Flow "${name}" has no version ${version}.`)
  }

  const moved = async (
    kind: Publication['kind'],
    {
      path,
      body,
      called,
      request,
    }: Pick<Input<'rollbackFlowVersion'>, 'path' | 'called' | 'request'> & {
      body: Input<'publishFlowVersion'>['body']
    },
  ): Promise<Reply> => {
    const { name: flow, version } = path
    const publication = { flow, version, kind, by: actor(called), ...body, reason: body.reason ?? null }
    const ifMatch = kind === 'publish' ? header(request, 'If-Match') : undefined
    const result = await publish(database, publication, isBasedOn(ifMatch))
    if (result.kind === 'stale') {
      const message = `If-Match is ${ifMatch?.slice(0, 100)}, but version ${result.newest} is the newest of "${flow}" now. Look at it, then decide again.`
      throw new Failure('stale', message)
    }
    if (result.kind === 'conflict') throw new Failure('conflict', result.message)
    changed('everybody')
    return found(path)
  }

  return {
    createFlow: async ({ body, called, request }) => {
      const draft = await storeDraft(database, body, actor(called), header(request, 'If-Match'))
      const { name, version, created, contentHash } = draft
      const stored = created ? undefined : await readVersion(query, name, version)
      const answer = { name, version, status: stored?.status ?? 'draft', contentHash: named(contentHash) }
      return { status: created ? 201 : 200, body: answer, headers: { etag: versionTag(draft) } }
    },
    listFlows: async ({ query: { limit, cursor } }) => {
      const rows = await listFlows(query, positionAfter(cursor, /^[a-z][a-z0-9_-]{0,63}$/) ?? '', limit + 1)
      const page = pageOf(rows, limit, (row) => row.name)
      return { status: 200, body: { ...page, items: page.items.map(presentSummary) } }
    },
    getFlow: async ({ path: { name } }) => {
      const summary = await readFlow(query, name)
      if (summary === undefined) throw noFlow(name)
      const versions = await readVersions(query, name)
      const publications = (await readPublications(query, name)).map(known)
      const presented = versions.map(({ document: _, ...version }) => presentVersion(version))
      const [newest] = versions
      return {
        status: 200,
        body: { ...presentSummary(summary), versions: presented, publications },
        ...(newest && { headers: { etag: versionTag(newest) } }),
      }
    },
    getFlowVersion: ({ path }) => found(path),
    previewImpact: async ({ path, body }) => {
      const { policy = 'move', reopen = false, after = '0', limitMs = 10_000 } = body
      const question = { ...path, policy, reopen, after, limitMs }
      const impact = await previewImpact(question, { query, ...around })
      return impact ? { status: 200, body: impact } : found(path)
    },
    publishFlowVersion: (input) => moved('publish', input),
    rollbackFlowVersion: (input) => moved('rollback', input),
    deprecateFlowVersion: (input) => moved('deprecate', input),
  }
}
