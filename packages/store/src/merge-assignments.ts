import type { Query } from './database/database.ts'

const lockStatement = {
  name: 'lock_people',
  text: 'select user_id as "userId" from person where user_id = any($1::text[]) order by user_id for update',
}

/** Locks these people in the order of all who lock several, and tells which of them are known. */
export const lockPeople = async (query: Query, userIds: readonly string[]): Promise<string[]> =>
  (await query<{ userId: string }>(lockStatement, [userIds])).map(({ userId }) => userId)

/** Of two rows, those of the one that was exposed first. */
const columnsOfEarlier = ['arm', 'phase', 'source', 'assigned_at', 'exposed_at', 'account_id']

// Both revisions rise: what was decided on the ledger as it was, of either of them, has lost.
const mergeStatement = {
  name: 'merge_assignments',
  text: `
    with pair as materialized (
      select previous.id as previous_id, current.id as current_id
      from person previous, person current
      where previous.user_id = $1::text and current.user_id = $2::text
    ),
    taken as (
      delete from assignment s using pair where s.person_id = pair.previous_id returning s.*
    ),
    merged as (
      insert into assignment as own (experiment, kind, unit, flow, arm, phase, source, assigned_at, exposed_at, person_id,
        account_id, conflict)
      select t.experiment, t.kind, $2::text, t.flow, t.arm, t.phase, t.source, t.assigned_at, t.exposed_at, pair.current_id,
        t.account_id, t.conflict
      from taken t cross join pair
      on conflict (unit, experiment, kind) do update set
        ${columnsOfEarlier
          .map(
            (column) =>
              `${column} = case when excluded.exposed_at < own.exposed_at then excluded.${column} else own.${column} end`,
          )
          .join(',\n        ')},
        conflict = own.conflict or excluded.conflict or own.arm <> excluded.arm
    )
    update person p set revision = p.revision + 1
    from pair
    where p.id in (pair.previous_id, pair.current_id) and exists (select from taken)
    returning p.id`,
}

/**
 * The rows of `previousId` become those of `userId`, both locked before; where both have one, the one exposed earlier
 * stays. Whether there were any.
 */
export const mergeAssignments = async (query: Query, previousId: string, userId: string): Promise<boolean> =>
  (await query(mergeStatement, [previousId, userId])).length > 0
