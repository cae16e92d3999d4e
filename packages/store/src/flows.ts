import { checkRenames, lineagesOf } from '@boardwalk/engine'
import type { Condition, EarlierVersion, FlowDocument, Policy, Problem, Text } from '@boardwalk/engine'
import { appendAuditOf } from './audit/append.ts'
import { raiseCatalogue } from './catalogue.ts'
import type { Database, Query } from './database/database.ts'

export type FlowSummary = {
  readonly name: string
  /** Of the newest version, as are audience and priority. */
  readonly title: Text | null
  readonly audience: Condition | null
  readonly priority: number
  /** The version that takes new people; null while there is none. */
  readonly activeVersion: number | null
  readonly newestVersion: number
}

export type VersionStatus = 'draft' | 'active' | 'deprecated'

export type FlowVersion = {
  readonly name: string
  readonly version: number
  readonly status: VersionStatus
  readonly document: FlowDocument
  /** SHA-256 of the content, as hexadecimal digits. */
  readonly contentHash: string
  readonly createdAt: string
  readonly createdBy: string
  readonly publishedAt: string | null
  readonly publishedBy: string | null
  readonly reason: string | null
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const lockFlow = {
  name: 'lock_flow',
  text: `
    insert into flow (name, created_at) values ($1, now())
    on conflict (name) do update set name = excluded.name
    returning name`,
}
const earlierVersions = {
  name: 'earlier_versions',
  text: `
    select version, document, lineages, content_hash as "contentHash", ${iso('created_at')} as "createdAt",
      created_by as "createdBy"
    from flow_version
    where flow = $1
    order by version desc`,
}
const insertVersion = {
  name: 'insert_version',
  text: `
    insert into flow_version (flow, version, document, lineages, content_hash, created_at, created_by)
    values ($1, $2, $3::jsonb, $4::jsonb, $5, now(), $6)`,
}

/** A version as it stands when another one is to follow it. */
export type StoredVersion = EarlierVersion & Pick<FlowVersion, 'contentHash' | 'createdAt' | 'createdBy'>

export type SavedDraft =
  | { readonly version: number; readonly created: boolean }
  | { readonly problems: readonly Problem[] }
  | { readonly stale: readonly StoredVersion[] }

/**
 * Stores a draft, unless its content is that of the newest version: then `created` is false and that version is
 * answered. Whose state its steps take up is settled here, where all earlier versions are at hand. A newest version that
 * `mayFollow` refuses stores nothing: `stale` has all versions, newest first.
 */
export const saveDraft = (
  database: Database,
  document: FlowDocument,
  contentHash: string,
  by: string,
  mayFollow: (newest: StoredVersion | undefined) => boolean = () => true,
): Promise<SavedDraft> =>
  database.transaction(async ({ query }) => {
    // The flow's row is locked to the end, so that two editors get two numbers.
    await query(lockFlow, [document.name])
    const earlier = await query<StoredVersion>(earlierVersions, [document.name])
    const [newest] = earlier
    if (newest?.contentHash === contentHash) return { version: newest.version, created: false }
    if (!mayFollow(newest)) return { stale: earlier }
    const problems = checkRenames(document, earlier)
    if (problems.length > 0) return { problems }
    const version = (newest?.version ?? 0) + 1
    const lineages = lineagesOf(document, version, earlier)
    await query(insertVersion, [
      document.name,
      version,
      JSON.stringify(document),
      JSON.stringify(lineages),
      contentHash,
      by,
    ])
    return { version, created: true }
  })

const status = `
  case
    when f.version = v.version and f.open then 'active'
    when v.published_at is not null then 'deprecated'
    else 'draft'
  end`

const selectVersions = (where: string): string => `
  select v.flow as name, v.version, ${status} as status, v.document, v.content_hash as "contentHash", ${iso('v.created_at')} as "createdAt",
    v.created_by as "createdBy", ${iso('v.published_at')} as "publishedAt", v.published_by as "publishedBy", v.reason
  from flow_version v join flow f on f.name = v.flow
  where ${where}`

const versionStatement = { name: 'read_version', text: selectVersions('v.flow = $1 and v.version = $2') }
const versionsStatement = {
  name: 'read_versions',
  text: `${selectVersions('v.flow = $1')} order by v.version desc limit 200`,
}

export const readVersion = async (
  query: Query,
  name: string,
  version: number,
): Promise<FlowVersion | undefined> => (await query<FlowVersion>(versionStatement, [name, version]))[0]

/** The newest 200 versions of a flow, newest first; [] when there is no such flow. */
export const readVersions = (query: Query, name: string): Promise<FlowVersion[]> =>
  query<FlowVersion>(versionsStatement, [name])

const listStatement = {
  name: 'list_flows',
  text: `
    select f.name, newest.title, newest.audience, newest.priority, case when f.open then f.version end as "activeVersion",
      newest.version as "newestVersion"
    from flow f
    cross join lateral (
      select v.version, v.document -> 'title' as title, v.document -> 'audience' as audience,
        (v.document ->> 'priority')::int as priority
      from flow_version v
      where v.flow = f.name
      order by v.version desc
      limit 1
    ) newest
    where f.name > $1 and ($3::text is null or f.name = $3)
    order by f.name
    limit $2::int`,
}

/** Flows in order of their names, those after `after`. */
export const listFlows = (query: Query, after: string, limit: number): Promise<FlowSummary[]> =>
  query<FlowSummary>(listStatement, [after, limit, null])

export const readFlow = async (query: Query, name: string): Promise<FlowSummary | undefined> =>
  (await query<FlowSummary>(listStatement, ['', 1, name]))[0]

export type Publication = {
  readonly flow: string
  readonly version: number
  readonly kind: 'publish' | 'rollback' | 'deprecate'
  readonly by: string
  readonly reason: string | null
  /** For those mid-flow; absent: move. */
  readonly policy?: Policy | undefined
  /** Whether those who finished have to do what is new; absent: no. */
  readonly reopen?: boolean | undefined
}

/** A publication as it was written down. */
export type Published = Required<Omit<Publication, 'flow'>> & { readonly at: string }

/** What became of a publication; `conflict` says why it cannot be. */
export type PublicationResult =
  | { kind: 'done'; changed: boolean }
  | { kind: 'not_found' }
  | { kind: 'conflict'; message: string }
  /** The publisher has not seen the newest version. */
  | { kind: 'stale'; newest: number }

/** Names a version and its content. */
export type VersionTag = { readonly version: number; readonly contentHash: string }

const lockPointer = {
  name: 'lock_pointer',
  text: `
    select f.version as current, f.open, v.published_at is not null as published, newest.version as newest,
      newest.content_hash as "newestHash"
    from flow f
    join flow_version v on v.flow = f.name and v.version = $2
    cross join lateral (
      select n.version, n.content_hash from flow_version n where n.flow = f.name order by n.version desc limit 1
    ) newest
    where f.name = $1
    for update of f`,
}
const movePointer = { name: 'move_pointer', text: 'update flow set version = $2, open = $3 where name = $1' }
const freezeVersion = {
  name: 'freeze_version',
  text: `
    update flow_version set published_at = now(), published_by = $3, reason = $4
    where flow = $1 and version = $2 and published_at is null`,
}
const writeLedger = {
  name: 'write_publication',
  text: `
    insert into publication (flow, version, kind, at, by, reason, policy, reopen)
    values ($1, $2, $3, clock_timestamp(), $4, $5, $6, $7)`,
}
const publicationsStatement = {
  name: 'read_publications',
  text: `
    select version, kind, ${iso('at')} as at, by, reason, policy, reopen
    from publication
    where flow = $1
    order by id desc
    limit 200`,
}

/** The newest 200 publications, rollbacks and deprecations of a flow, newest first. */
export const readPublications = (query: Query, flow: string): Promise<Published[]> =>
  query<Published>(publicationsStatement, [flow])

type Pointer = {
  current: number | null
  open: boolean
  published: boolean
  newest: number
  newestHash: string
}

/** Why the pointer cannot be moved so, or undefined. */
const objection = (
  { kind, flow, version }: Publication,
  { current, published }: Pointer,
): string | undefined => {
  if (kind === 'rollback' && !published) {
    return `Version ${version} of "${flow}" was never published, so there is nothing to go back to. Publish it instead.`
  }
  if (kind === 'deprecate' && current !== version) {
    return published
      ? `Version ${version} of "${flow}" is deprecated already; version ${current} is in force.`
      : `Version ${version} of "${flow}" is a draft; only the version in force can be deprecated.`
  }
  return undefined
}

/** Who publishes within the host's own process: over HTTP, each request is audited. */
const host = 'host'

/**
 * Moves a flow's pointer, with who, when and why in the same transaction. A pointer that already stands so is left alone.
 * `isSeen`: whether the publisher knows this newest version.
 */
export const publish = (
  database: Database,
  publication: Publication,
  isSeen: (newest: VersionTag) => boolean = () => true,
): Promise<PublicationResult> =>
  database.transaction(async ({ query }): Promise<PublicationResult> => {
    const { flow, version, kind, by, reason, policy = 'move', reopen = false } = publication
    const [pointer] = await query<Pointer>(lockPointer, [flow, version])
    if (pointer === undefined) return { kind: 'not_found' }
    if (!isSeen({ version: pointer.newest, contentHash: pointer.newestHash }))
      return { kind: 'stale', newest: pointer.newest }
    const message = objection(publication, pointer)
    if (message !== undefined) return { kind: 'conflict', message }
    const open = kind !== 'deprecate'
    if (pointer.current === version && pointer.open === open) return { kind: 'done', changed: false }
    await query(freezeVersion, [flow, version, by, reason])
    await query(movePointer, [flow, version, open])
    await query(writeLedger, [flow, version, kind, by, reason, policy, reopen])
    await raiseCatalogue(query)
    if (by === host) {
      const target = { kind: 'flow', id: `${flow}/${version}` }
      await appendAuditOf(query, 'publishFlow', target, { actor: host })
    }
    return { kind: 'done', changed: true }
  })
