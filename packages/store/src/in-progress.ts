import type { Query } from './database/database.ts'

export type InProgress = {
  /** Enrolments in progress; beyond some 20,000 enrolments an estimate. */
  readonly count: number
  /** Some of them, drawn by chance; all when they are no more than was asked for. */
  readonly drawn: readonly { readonly userId: string; readonly flow: string }[]
}

// Of so many pages at most something is read, whatever the size of the table: some 20,000 enrolments.
const statement = {
  name: 'draw_in_progress',
  text: `
    with share as materialized (
      select least(1, 256.0 * current_setting('block_size')::bigint / greatest(pg_relation_size('enrolment'), 1)) as of
    ),
    met as materialized (
      select e.person_id, e.flow
      from enrolment e tablesample system (
        least(100, 25600.0 * current_setting('block_size')::bigint / greatest(pg_relation_size('enrolment'), 1)))
      where e.status = 'in_progress'
    ),
    drawn as (select * from met order by random() limit $1::int)
    select round((select count(*) from met) / (select of from share))::bigint as count,
      coalesce(
        (select json_agg(json_build_array(p.user_id, d.flow)) from drawn d join person p on p.id = d.person_id),
        '[]') as drawn`,
}

/** How many people are in the middle of a flow, and `most` of them. Costs the same however many there are. */
export const drawInProgress = async (query: Query, most: number): Promise<InProgress> => {
  const [row] = await query<{ count: number; drawn: [userId: string, flow: string][] }>(statement, [most])
  return {
    count: row?.count ?? 0,
    drawn: (row?.drawn ?? []).map(([userId, flow]) => ({ userId, flow })),
  }
}
