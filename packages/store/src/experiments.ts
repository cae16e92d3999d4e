import { isDeepStrictEqual } from 'node:util'
import type { ExperimentDocument, ExperimentStatus, Phase } from '@boardwalk/engine'
import { raiseCatalogue } from './catalogue.ts'
import type { Database, Query } from './database/database.ts'

export type StoredExperiment = {
  readonly document: ExperimentDocument
  readonly status: ExperimentStatus
  /** Oldest first. */
  readonly phases: readonly Phase[]
  readonly revision: number
  readonly changedAt: string
  readonly changedBy: string
  readonly startedAt: string | null
  readonly stoppedAt: string | null
  readonly stopReason: string | null
}

export type ExperimentChange = {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly kind: 'set' | 'start' | 'stop'
  readonly reason: string | null
  readonly changed: { readonly [field: string]: { readonly from: unknown; readonly to: unknown } }
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const columns = `
  document, status, phases, revision, ${iso('changed_at')} as "changedAt", changed_by as "changedBy",
  ${iso('started_at')} as "startedAt", ${iso('stopped_at')} as "stoppedAt", stop_reason as "stopReason"`

const readStatement = {
  name: 'read_experiment',
  text: `select ${columns} from experiment where id = $1`,
}

export const readExperiment = async (query: Query, id: string): Promise<StoredExperiment | undefined> =>
  (await query<StoredExperiment>(readStatement, [id]))[0]

const listStatement = {
  name: 'list_experiments',
  text: `select ${columns} from experiment where id > $1 order by id limit $2::int`,
}

/** By id, those after `after`. */
export const listExperiments = (query: Query, after: string, limit: number): Promise<StoredExperiment[]> =>
  query<StoredExperiment>(listStatement, [after, limit])

// The catalogue's row rather than the experiment's: there may be none yet, and every change raises it anyway.
const lockStatement = { name: 'lock_catalogue', text: 'select from catalogue for update' }
const nowStatement = { name: 'moment_of_change', text: `select ${iso('clock_timestamp()')} as now` }

const writeStatement = {
  name: 'write_experiment',
  text: `
    insert into experiment (id, document, status, phases, revision, changed_at, changed_by, started_at, stopped_at, stop_reason)
    values ($1, $2::jsonb, $3, $4::jsonb, 1, $5::timestamptz, $6, $7::timestamptz, $8::timestamptz, $9)
    on conflict (id) do update set document = excluded.document, status = excluded.status, phases = excluded.phases,
      revision = experiment.revision + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
      started_at = excluded.started_at, stopped_at = excluded.stopped_at, stop_reason = excluded.stop_reason`,
}
const noteStatement = {
  name: 'note_experiment_change',
  text: `
    insert into experiment_change (experiment, kind, at, by, reason, changed)
    values ($1, $2, $3::timestamptz, $4, $5, $6::jsonb)`,
}

const differences = (before: object | undefined, after: object): ExperimentChange['changed'] =>
  Object.fromEntries(
    [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])]
      .map(
        (field) =>
          [
            field,
            { from: Reflect.get(before ?? {}, field) ?? null, to: Reflect.get(after, field) ?? null },
          ] as const,
      )
      .filter(([, { from, to }]) => !isDeepStrictEqual(from, to)),
  )

/** What is written down as said: without what JSON has no word for. */
const plain = (document: ExperimentDocument): ExperimentDocument =>
  JSON.parse(JSON.stringify(document)) as ExperimentDocument

/** In the shares of the document: from the start on, and anew whenever they are others while it runs. */
const phasesOf = (
  before: readonly Phase[],
  { allocation }: ExperimentDocument,
  status: ExperimentStatus,
  since: string,
): readonly Phase[] => {
  const last = before.at(-1)
  if (status !== 'running' || (last && isDeepStrictEqual(last.allocation, allocation))) return before
  return [...before, { number: (last?.number ?? 0) + 1, since, allocation }]
}

export type ExperimentRequest = { readonly id: string; readonly by: string } & (
  | { readonly kind: 'set'; readonly document: ExperimentDocument }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop'; readonly reason: string | null }
)

const statusAfter = (kind: ExperimentRequest['kind'], before: ExperimentStatus = 'draft'): ExperimentStatus =>
  kind === 'start' ? 'running' : kind === 'stop' ? 'stopped' : before

/**
 * Changes an experiment, with who, what and when in the same transaction; all processes follow from their next load on.
 * `objectionTo`: why what is stored may not become what was asked for, if it may not; it is asked under the lock.
 */
export const changeExperiment = <Objection>(
  database: Database,
  request: ExperimentRequest,
  objectionTo: (query: Query, before: StoredExperiment | undefined) => Promise<Objection | undefined>,
): Promise<
  | { readonly experiment: StoredExperiment; readonly changed: boolean }
  | { readonly objection: Objection }
  | 'not_found'
> =>
  database.transaction(async ({ query }) => {
    const { id, by, kind } = request
    await query(lockStatement)
    const before = await readExperiment(query, id)
    const asked = kind === 'set' ? plain(request.document) : before?.document
    if (asked === undefined) return 'not_found'
    const objection = await objectionTo(query, before)
    if (objection !== undefined) return { objection }
    const status = statusAfter(kind, before?.status)
    const changed = differences(before && { ...before.document, status: before.status }, { ...asked, status })
    if (before && Object.keys(changed).length === 0) return { experiment: before, changed: false }
    const [{ now } = { now: '' }] = await query<{ now: string }>(nowStatement)
    const phases = phasesOf(before?.phases ?? [], asked, status, now)
    const startedAt = kind === 'start' ? (before?.startedAt ?? now) : (before?.startedAt ?? null)
    const stoppedAt = kind === 'stop' ? now : kind === 'start' ? null : (before?.stoppedAt ?? null)
    const reason = kind === 'stop' ? request.reason : null
    const stopReason = kind === 'set' ? (before?.stopReason ?? null) : reason
    await query(writeStatement, [
      id,
      JSON.stringify(asked),
      status,
      JSON.stringify(phases),
      now,
      by,
      startedAt,
      stoppedAt,
      stopReason,
    ])
    await query(noteStatement, [id, kind, now, by, reason, JSON.stringify(changed)])
    await raiseCatalogue(query)
    const experiment = await readExperiment(query, id)
    return experiment ? { experiment, changed: true } : 'not_found'
  })

const changesStatement = {
  name: 'read_experiment_changes',
  text: `
    select id::text as id, ${iso('at')} as at, by, kind, reason, changed
    from experiment_change
    where experiment = $1 and ($2::bigint is null or id < $2::bigint)
    order by id desc
    limit $3::int`,
}

/** Newest first, those before the change `before`. */
export const readExperimentChanges = (
  query: Query,
  id: string,
  before: string | undefined,
  limit: number,
): Promise<ExperimentChange[]> => query<ExperimentChange>(changesStatement, [id, before ?? null, limit])

const arrivedThroughStatement = {
  name: 'experiment_entering_flow',
  text: `
    select id from experiment
    where id <> $1 and status <> 'draft' and document ->> 'flow' <> $2
      and document @> jsonb_build_object('arms', jsonb_build_array(jsonb_build_object('flow', $2::text)))
    order by id
    limit 1`,
}

/** Another experiment, run at least once, through which alone people enter the flow. */
export const experimentEntering = async (
  query: Query,
  { id, flow }: Pick<ExperimentDocument, 'id' | 'flow'>,
): Promise<string | undefined> => (await query<{ id: string }>(arrivedThroughStatement, [id, flow]))[0]?.id

const knownStatement = {
  name: 'known_versions',
  text: `
    select f.name as flow, f.version is not null as published,
      (select json_agg(v.version) from flow_version v where v.flow = f.name) as versions
    from flow f where f.name = any ($1::text[])`,
}

/** Of the flows asked for, those there are, whether they are or were published, and the versions of each. */
export const knownFlows = (
  query: Query,
  flows: readonly string[],
): Promise<{ flow: string; published: boolean; versions: number[] | null }[]> =>
  query(knownStatement, [flows])
