import type { Query } from './database/database.ts'
import type { Asked } from './load.ts'
import { isErased } from './privacy/subject.ts'

/** Whom to look after, acting for the account that `load` would take. */
export type Watched = Pick<Asked, 'userId' | 'account'>

/** How things stand with a person. */
export type Mark = {
  /** Null for a stranger; another one when the person was erased and came back meanwhile. */
  readonly personId: string | null
  /** The account that the person acts for. */
  readonly accountId: string | null
  /** A stranger who was erased. */
  readonly erased: boolean
  /** Differs from that of before when anything may have changed that the person reads, the flows included; says nothing else. */
  readonly state: string
}

/**
 * The state of a mark, beside `c` (the catalogue), `p` (the person), `a` and `acting` (their account): all that `load` reads
 * changes it. The versions of the rows (`xmin`) tell apart what no number or time does: two changes of an account within
 * one tick of the clock, and people who are back from a dump. An account's flows change under their revisions, but an
 * erased member's name disappears from its steps without one.
 */
export const markState = `
  json_build_array(
    c.revision, p.id, p.revision, p.xmin::text, a.xmin::text,
    (select sum(f.revision) from account_flow f where f.account_id = acting.account_id),
    (select count(s.settled_by) from account_step s where s.account_id = acting.account_id)
  )::text`

const marksStatement = {
  name: 'read_marks',
  text: `
    select
      p.id::text as "personId", acting.account_id as "accountId",
      p.id is null and ${isErased('asked.user_id')} as erased,
      ${markState} as state
    from unnest($1::text[], $2::text[], $3::boolean[]) with ordinality as asked (user_id, account_id, claims_account, n)
    cross join catalogue c
    left join person p on p.user_id = asked.user_id
    cross join lateral (
      select case when asked.claims_account then asked.account_id else p.account_id end as account_id
    ) acting
    left join account a on a.account_id = acting.account_id
    order by asked.n`,
}

/** The marks of many people in one statement, in the order asked. */
export const readMarks = (query: Query, watched: readonly Watched[]): Promise<Mark[]> =>
  query<Mark>(marksStatement, [
    watched.map(({ userId }) => userId),
    watched.map(({ account }) => account ?? null),
    watched.map(({ account }) => account !== undefined),
  ])
