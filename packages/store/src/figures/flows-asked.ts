import type { Query } from '../database/database.ts'

/** A flow that figures may be asked of. */
export type FlowAsked = {
  readonly name: string
  /** Somebody is or was in it. */
  readonly hasEntries: boolean
  /** Whose steps are told: the one asked for, else the newest published, else the newest; null when the flow has no such. */
  readonly version: number | null
  /** In the order of that version: what it calls the step, and its lineage. */
  readonly steps: readonly (readonly [id: string, lineage: string])[] | null
}

const statement = {
  name: 'figures_flows_asked',
  text: `
    select f.name, exists (select 1 from segment s where s.flow = f.name) as "hasEntries", v.version, v.steps
    from flow f
    left join lateral (
      select v.version,
        (
          select json_agg(json_build_array(step ->> 'id', coalesce(v.lineages ->> (step ->> 'id'), step ->> 'id')) order by place)
          from jsonb_array_elements(v.document -> 'steps') with ordinality as steps (step, place)
        ) as steps
      from flow_version v
      where v.flow = f.name and ($2::int is null or v.version = $2)
      order by v.published_at is null, v.version desc
      limit 1
    ) v on true
    where $1::text is null or f.name = $1
    order by f.name
    limit 100`,
}

/** The flow of that name, if there is one; without a name all flows, of more than 100 the first. */
export const readFlowsAsked = (
  query: Query,
  flow: string | null,
  version: number | null,
): Promise<FlowAsked[]> => query<FlowAsked>(statement, [flow, version])
