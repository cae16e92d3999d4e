import type { Database, Query } from './database/database.ts'

const membersStatement = {
  name: 'account_members',
  text: `
    select p.user_id
    from person p join enrolment e on e.person_id = p.id
    where p.account_id = $1 and e.flow = $2 and e.status <> 'completed' and p.user_id > $3
    order by p.user_id
    limit $4::int`,
}

/** User ids of the members whose enrolment in the flow may still complete, in order, those after `after`. */
export const membersInProgress = async (
  query: Query,
  accountId: string,
  flow: string,
  after: string,
  limit: number,
): Promise<string[]> =>
  (await query<{ user_id: string }>(membersStatement, [accountId, flow, after, limit])).map(
    (row) => row.user_id,
  )

const readersStatement = {
  name: 'members_reading',
  text: `
    select distinct m.user_id
    from account_step s join person m on m.account_id = s.account_id
    where s.settled_by = $1`,
}

/** User ids of the members of accounts in which this person settled something: their answers may name them. */
export const membersReading = async (query: Query, userId: string): Promise<string[]> =>
  (await query<{ user_id: string }>(readersStatement, [userId])).map((row) => row.user_id)

const rememberingStatement = {
  name: 'remembering_people',
  text: `
    select p.user_id
    from person p
    where p.remembers and p.user_id > $1
    order by p.user_id
    limit $2::int`,
}

/** User ids of those of whom events are remembered, in order, those after `after`. */
export const peopleRemembering = async (query: Query, after: string, limit: number): Promise<string[]> =>
  (await query<{ user_id: string }>(rememberingStatement, [after, limit])).map((row) => row.user_id)

const enrolledStatement = {
  name: 'enrolled_people',
  text: `
    select e.person_id::text as id, p.user_id as "userId"
    from enrolment e join person p on p.id = e.person_id
    where e.flow = $1 and e.person_id > $2::bigint
    order by e.person_id
    limit $3::int`,
}

/** Who is in the flow, those after the person with the id `after` (a number in digits). */
export const peopleEnrolled = (
  query: Query,
  flow: string,
  after: string,
  limit: number,
): Promise<{ readonly id: string; readonly userId: string }[]> =>
  query(enrolledStatement, [flow, after, limit])

const countStatement = { name: 'count_enrolled', text: 'select count(*) as n from enrolment where flow = $1' }

export const countEnrolled = async (query: Query, flow: string): Promise<number> =>
  Number((await query<{ n: number | bigint }>(countStatement, [flow]))[0]?.n ?? 0)

const anybodyStatement = {
  name: 'is_anybody_known',
  text: 'select exists (select from person where starts_with(user_id, $1)) as known',
}

/** Whether there is anybody whose user id begins so. */
export const isAnybodyKnown = async (query: Query, beginning = ''): Promise<boolean> =>
  (await query<{ known: boolean }>(anybodyStatement, [beginning]))[0]?.known ?? false

const lockAccount = {
  name: 'lock_account',
  text: `
    insert into account as a (account_id, attributes, updated_at) values ($1, '{}', now())
    on conflict (account_id) do update set updated_at = now()
    returning a.attributes`,
}
const writeAccount = {
  name: 'write_account',
  text: 'update account set attributes = $2::jsonb where account_id = $1',
}

type Attributes = { readonly [name: string]: unknown }

/** Changes an account's attributes under its row's lock. */
export const updateAccount = (
  database: Database,
  accountId: string,
  change: (stored: Attributes) => Attributes,
): Promise<Attributes> =>
  database.transaction(async ({ query }) => {
    const [row] = await query<{ attributes: Attributes }>(lockAccount, [accountId])
    const attributes = change(row?.attributes ?? {})
    await query(writeAccount, [accountId, JSON.stringify(attributes)])
    return attributes
  })
