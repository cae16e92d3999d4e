import {
  releasedToAll,
  type ExperimentDocument,
  type ExperimentStatus,
  type FlowDocument,
  type Lineages,
  type Publication,
  type Release,
} from '@boardwalk/engine'
import type { Query } from './database/database.ts'

/** Names a version. Its content tells it from one of the same number in another state of the database. */
export type VersionKey = { readonly flow: string; readonly version: number; readonly contentHash: string }

/** A version as stored; it never changes. */
export type StoredVersion = VersionKey & { readonly document: FlowDocument; readonly lineages: Lineages }

/** A flow that is or was published. */
export type PublishedFlow = {
  readonly name: string
  /** In force. */
  readonly version: number
  readonly open: boolean
  /** Oldest first. */
  readonly publications: readonly Publication[]
  /** All those of the publications, each once, and those that are arms of an experiment. */
  readonly versions: readonly VersionKey[]
  /** null: nothing was ever set. */
  readonly release: { readonly settings: Release; readonly revision: number } | null
}

type Link = [id: number, version: number, policy: Publication['policy'], reopen: boolean, at: number]

type Row = {
  revision: number
  name: string | null
  version: number | null
  open: boolean | null
  links: Link[] | null
  versions: [version: number, contentHash: string][] | null
  release: Partial<Release> | null
  releaseRevision: number | null
  experiments: ListedExperiment[] | null
}

/** An experiment as decisions need it. */
export type ListedExperiment = {
  readonly document: ExperimentDocument
  readonly status: ExperimentStatus
  /** The number of its last phase; 0 before it ever ran. */
  readonly phase: number
}

// A deprecation moves nobody, so it is no link of the chain.
const catalogueStatement = {
  name: 'read_catalogue',
  text: `
    select c.revision, f.name, f.version, f.open,
      (
        select json_agg(json_build_array(p.id, p.version, p.policy, p.reopen, (extract(epoch from p.at) * 1000)::bigint) order by p.id)
        from publication p
        where p.flow = f.name and p.kind <> 'deprecate'
      ) as links,
      (
        select json_agg(json_build_array(v.version, v.content_hash))
        from flow_version v
        where v.flow = f.name
          and (
            v.published_at is not null
            or exists (
              select from experiment x, jsonb_array_elements(x.document -> 'arms') arm
              where x.document ->> 'flow' = v.flow and (arm ->> 'version')::int = v.version and x.status <> 'draft'
            )
          )
      ) as versions,
      r.settings as release, r.revision as "releaseRevision",
      -- Told once, not with every flow.
      case when row_number() over () = 1 then (
        select json_agg(json_build_object(
          'document', x.document, 'status', x.status, 'phase', coalesce((x.phases -> -1 ->> 'number')::int, 0)))
        from experiment x
      ) end as experiments
    from catalogue c
    left join flow f on f.version is not null
    left join release r on r.flow = f.name`,
}

const flowOf = ({ name, version, open, links, versions, release, releaseRevision }: Row): PublishedFlow[] =>
  name === null || version === null
    ? []
    : [
        {
          name,
          version,
          open: open ?? false,
          publications: (links ?? []).map(([id, of, policy, reopen, at]) => ({
            id,
            version: of,
            policy,
            reopen,
            at,
          })),
          versions: (versions ?? []).map(([of, contentHash]) => ({ flow: name, version: of, contentHash })),
          release: release && {
            settings: { ...releasedToAll, ...release },
            revision: releaseRevision ?? 0,
          },
        },
      ]

/** Every flow that is or was published and every experiment, with the revision they belong to: one snapshot. */
export const readCatalogue = async (
  query: Query,
): Promise<{ revision: number; flows: PublishedFlow[]; experiments: ListedExperiment[] }> => {
  const rows = await query<Row>(catalogueStatement)
  const experiments = rows.flatMap((row) => row.experiments ?? [])
  return { revision: rows[0]?.revision ?? 0, flows: rows.flatMap(flowOf), experiments }
}

const raiseStatement = { name: 'raise_catalogue', text: 'update catalogue set revision = revision + 1' }

/** Within the transaction that changes it: every load afterwards tells that there is another one. */
export const raiseCatalogue = async (query: Query): Promise<void> => {
  await query(raiseStatement)
}

const documentsStatement = {
  name: 'read_documents',
  text: `
    select v.flow, v.version, v.content_hash as "contentHash", v.document, v.lineages
    from unnest($1::text[], $2::int[]) as asked (flow, version)
    join flow_version v on v.flow = asked.flow and v.version = asked.version`,
}

/** The versions that there are of those asked for, published or not. */
export const readDocuments = (
  query: Query,
  keys: readonly Pick<VersionKey, 'flow' | 'version'>[],
): Promise<StoredVersion[]> =>
  query<StoredVersion>(documentsStatement, [keys.map(({ flow }) => flow), keys.map(({ version }) => version)])
