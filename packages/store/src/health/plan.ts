import { usualPhases, type Phase } from '@boardwalk/engine/health'
import type { Query } from '../database/database.ts'

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The phases of a flow's release, and in which it is; revision 0 when nobody changed or began them. */
export type Plan = {
  readonly phases: readonly Phase[]
  /** Its place, from 0 on; null: not begun. */
  readonly current: number | null
  readonly enteredAt: string | null
  readonly revision: number
  readonly changedAt: string | null
  readonly changedBy: string | null
}

const readStatement = {
  name: 'read_release_plan',
  text: `
    select p.phases, p.current, ${iso('p.entered_at')} as "enteredAt", coalesce(p.revision, 0) as revision,
      ${iso('p.changed_at')} as "changedAt", p.changed_by as "changedBy"
    from flow f left join release_plan p on p.flow = f.name
    where f.name = $1`,
}

/** `undefined`: there is no such flow. */
export const readPlan = async (query: Query, flow: string): Promise<Plan | undefined> => {
  const [row] = await query<Omit<Plan, 'phases'> & { readonly phases: Phase[] | null }>(readStatement, [flow])
  return row && { ...row, phases: row.phases ?? usualPhases }
}

const writeStatement = {
  name: 'write_release_plan',
  text: `
    insert into release_plan as p (flow, phases, current, entered_at, revision, changed_at, changed_by)
    values ($1, $2::jsonb, $3::int, $4::timestamptz, 1, clock_timestamp(), $5)
    on conflict (flow) do update set phases = excluded.phases, current = excluded.current,
      entered_at = excluded.entered_at, revision = p.revision + 1, changed_at = excluded.changed_at,
      changed_by = excluded.changed_by`,
}

/** For those who hold the flow's lock. */
export const writePlan = async (
  query: Query,
  flow: string,
  { phases, current, enteredAt }: Pick<Plan, 'phases' | 'current' | 'enteredAt'>,
  by: string,
): Promise<void> => {
  await query(writeStatement, [flow, JSON.stringify(phases), current, enteredAt, by])
}
