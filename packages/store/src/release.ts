import { releasedToAll, type Release } from '@boardwalk/engine'
import type { Database, Query } from './database/database.ts'
import { raiseCatalogue } from './catalogue.ts'

/** A flow's release as stored; revision 0 when nothing was ever set. */
export type StoredRelease = {
  readonly flow: string
  readonly settings: Release
  readonly revision: number
  readonly changedAt: string | null
  readonly changedBy: string | null
  readonly killedAt: string | null
  readonly killReason: string | null
}

export type ReleaseUpdate = { readonly [Field in keyof Release]?: Release[Field] | undefined }

export type ReleaseChange = {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly kind: 'set' | 'kill'
  readonly reason: string | null
  readonly changed: { readonly [setting: string]: { readonly from: unknown; readonly to: unknown } }
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const readStatement = {
  name: 'read_release',
  text: `
  select f.name as flow, r.settings, coalesce(r.revision, 0) as revision, ${iso('r.changed_at')} as "changedAt",
    r.changed_by as "changedBy", ${iso('r.killed_at')} as "killedAt", r.kill_reason as "killReason"
  from flow f left join release r on r.flow = f.name
  where f.name = $1`,
}
const lockFlowStatement = { name: 'lock_released_flow', text: 'select from flow where name = $1 for update' }

type Row = Omit<StoredRelease, 'settings'> & { readonly settings: Partial<Release> | null }

/** Settings that came after a row was written have the value of a flow for which nothing was set. */
const storedOf = ({ settings, ...row }: Row): StoredRelease => ({
  ...row,
  settings: { ...releasedToAll, ...settings },
})

/** `undefined`: there is no such flow. */
export const readRelease = async (query: Query, flow: string): Promise<StoredRelease | undefined> => {
  const [row] = await query<Row>(readStatement, [flow])
  return row && storedOf(row)
}

const writeStatement = {
  name: 'write_release',
  text: `
    insert into release (flow, settings, revision, changed_at, changed_by, killed_at, kill_reason)
    values ($1, $2::jsonb, 1, clock_timestamp(), $3, case when $4::boolean then clock_timestamp() end, $5)
    on conflict (flow) do update set settings = excluded.settings, revision = release.revision + 1,
      changed_at = excluded.changed_at, changed_by = excluded.changed_by, killed_at = case when excluded.killed_at is not null then coalesce(release.killed_at, excluded.killed_at) end,
      kill_reason = excluded.kill_reason`,
}
const noteStatement = {
  name: 'note_release_change',
  text: `
    insert into release_change (flow, kind, at, by, reason, changed)
    values ($1, $2, clock_timestamp(), $3, $4, $5::jsonb)`,
}
const tellStatement = {
  name: 'tell_rollback',
  text: `
    insert into happening (type, flow, data, correlation_id, at)
    values ('feature.rollback', $1, $2::jsonb, $3, clock_timestamp())`,
}

const differences = (before: Release, after: Release): ReleaseChange['changed'] =>
  Object.fromEntries(
    (Object.keys(releasedToAll) as (keyof Release)[])
      .filter((setting) => JSON.stringify(before[setting]) !== JSON.stringify(after[setting]))
      .map((setting) => [setting, { from: before[setting], to: after[setting] }]),
  )

const merged = (before: Release, update: ReleaseUpdate): Release => ({
  ...before,
  ...Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined)),
})

export type ReleaseRequest = {
  readonly flow: string
  readonly by: string
  readonly reason: string | null
} & (
  | { readonly kind: 'set'; readonly update: ReleaseUpdate }
  /** `correlationId` and `told` go with the happening that tells of it. */
  | {
      readonly kind: 'kill'
      readonly reason: string
      readonly correlationId: string
      readonly told?: object
    }
)

type Changed = { readonly release: StoredRelease; readonly changed: boolean } | 'not_found' | 'stale'

/** The part of a transaction that does it. */
export const changeReleaseIn = async (
  query: Query,
  request: ReleaseRequest,
  mayChange: (revision: number) => boolean = () => true,
): Promise<Changed> => {
  const { flow, kind, by, reason } = request
  // The flow's row, because there may be none of its release yet.
  await query(lockFlowStatement, [flow])
  const before = await readRelease(query, flow)
  if (before === undefined) return 'not_found'
  if (!mayChange(before.revision)) return 'stale'
  const update = kind === 'kill' ? { enabled: false } : request.update
  const settings = merged(before.settings, update)
  const changed = differences(before.settings, settings)
  const wasKilled = before.killedAt !== null
  const isNews = kind === 'kill' ? !wasKilled : Object.keys(changed).length > 0
  if (!isNews) return { release: before, changed: false }
  const killed = kind === 'kill' || (wasKilled && !settings.enabled)
  const killReason = kind === 'kill' ? reason : killed ? before.killReason : null
  await query(writeStatement, [flow, JSON.stringify(settings), by, killed, killReason])
  await query(noteStatement, [flow, kind, by, reason, JSON.stringify(changed)])
  if (kind === 'kill')
    await query(tellStatement, [flow, JSON.stringify({ reason, by, ...request.told }), request.correlationId])
  await raiseCatalogue(query)
  return { release: (await readRelease(query, flow)) ?? before, changed: true }
}

/**
 * Changes a flow's release, with who, what, when and why in the same transaction; every load afterwards tells the new
 * revision of the catalogue, so it holds in all processes. One that stands so already is left alone. `mayChange`: whether
 * whoever asks has seen this revision.
 */
export const changeRelease = (
  database: Database,
  request: ReleaseRequest,
  mayChange?: (revision: number) => boolean,
): Promise<Changed> => database.transaction(({ query }) => changeReleaseIn(query, request, mayChange))

const changesStatement = {
  name: 'read_release_changes',
  text: `
    select id::text as id, ${iso('at')} as at, by, kind, reason, changed
    from release_change
    where flow = $1 and ($2::bigint is null or id < $2::bigint)
    order by id desc
    limit $3::int`,
}

/** Newest first, those before the change `before`. */
export const readReleaseChanges = (
  query: Query,
  flow: string,
  before: string | undefined,
  limit: number,
): Promise<ReleaseChange[]> => query<ReleaseChange>(changesStatement, [flow, before ?? null, limit])
