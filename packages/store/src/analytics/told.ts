import type { Told } from '@boardwalk/engine'
import type { Query } from '../database/database.ts'
import type { Cursor } from '../happenings.ts'

/** A happening as the analytics count it. */
export type ToldOf = {
  readonly cursor: Cursor
  /** null when it is nobody's. */
  readonly personId: number | null
  readonly told: Told
}

type Row = Omit<Told, 'isActivation'> & {
  readonly personId: number | null
  readonly xid: string
  readonly seq: number
}

// What is about no flow is counted by its name alone, and may be long.
const columns = `
  h.xid::text as xid, h.seq, h.person_id as "personId", h.type, h.flow, h.version, h.step_id as "stepId",
  case when h.flow is null then '{}' else h.data end as data, (extract(epoch from h.at) * 1000)::bigint as at`

// As in readHappenings: none that another could still slip in before.
const pageStatement = {
  name: 'read_told',
  text: `
    select ${columns}
    from happening h
    where (h.xid, h.seq) > ($1::text::xid8, $2::bigint) and h.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by h.xid, h.seq
    limit $3::int`,
}

const personStatement = {
  name: 'read_told_of_person',
  text: `select ${columns} from happening h where h.person_id = $1::bigint order by h.xid, h.seq`,
}

const versionsStatement = {
  name: 'read_versions_told_of',
  text: `
    select v.flow, v.version, v.lineages, step ->> 'id' as activation
    from unnest($1::text[], $2::int[]) as asked (flow, version)
    join flow_version v on v.flow = asked.flow and v.version = asked.version
    cross join jsonb_path_query_first(v.document, '$.steps[*] ? (@.activation == true)') as step
    where v.lineages <> '{}' or step is not null`,
}

/** What a version of a flow says of its steps, by their ids in it. */
type Version = {
  /** What the step is counted as: a renamed one stays the same. */
  readonly lineage: (id: string) => string
  readonly activation: string | null
}

/** Of those versions that the rows tell of what there is to say. */
const versionsIn = async (query: Query, rows: readonly Row[]): Promise<(row: Row) => Version | undefined> => {
  const versions = new Map<string, readonly [flow: string, version: number]>()
  const keyOf = (flow: string, version: number): string => `${version} ${flow}`
  for (const { flow, version } of rows)
    if (flow !== null && version !== null) versions.set(keyOf(flow, version), [flow, version])
  const asked = [...versions.values()]
  type Said = {
    flow: string
    version: number
    lineages: { readonly [id: string]: string }
    activation: string | null
  }
  const said = await query<Said>(versionsStatement, [
    asked.map(([flow]) => flow),
    asked.map(([, version]) => version),
  ])
  const known = new Map<string, Version>()
  for (const { flow, version, lineages, activation } of said) {
    const names = new Map(Object.entries(lineages))
    known.set(keyOf(flow, version), { lineage: (id) => names.get(id) ?? id, activation })
  }
  return ({ flow, version }) =>
    known.size === 0 || flow === null || version === null ? undefined : known.get(keyOf(flow, version))
}

const toldIn = (
  { stepId, data, ...told }: Omit<Told, 'isActivation'>,
  { lineage, activation }: Version,
): Told => {
  const steps = data['steps']
  return {
    ...told,
    stepId: stepId === null ? null : lineage(stepId),
    isActivation: stepId !== null && stepId === activation,
    data: Array.isArray(steps) ? { ...data, steps: steps.map((id) => lineage(String(id))) } : data,
  }
}

const toldBy = async (query: Query, rows: readonly Row[]): Promise<ToldOf[]> => {
  const versionOf = await versionsIn(query, rows)
  return rows.map((row) => {
    const { xid, seq, personId, ...told } = row
    const version = versionOf(row)
    return {
      cursor: { xid, seq },
      personId,
      told: version ? toldIn(told, version) : { ...told, isActivation: false },
    }
  })
}

/** The happenings after the cursor, in order, at most `limit`. */
export const readTold = async (query: Query, after: Cursor, limit: number): Promise<ToldOf[]> =>
  toldBy(query, await query<Row>(pageStatement, [after.xid, after.seq, limit]))

/** All of one person's, in order. */
export const readToldOf = async (query: Query, personId: number): Promise<ToldOf[]> =>
  toldBy(query, await query<Row>(personStatement, [personId]))
