import { leaveCounts } from './analytics/leave-counts.ts'
import type { Database, Query } from './database/database.ts'
import { lettersLock } from './dead-letters.ts'

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

const lockPerson = { name: 'lock_person', text: 'select id from person where user_id = $1 for update' }

const lockLetters = { name: 'lock_letters', text: `select pg_advisory_xact_lock(${lettersLock('$1')})` }

const lockQueues = {
  name: 'lock_queues_of_person',
  text: `
    select q.webhook_id from delivery_queue q join person p on p.id = q.person_id
    where p.user_id = $1
    order by q.webhook_id
    for update of q`,
}

const erasePerson = {
  name: 'erase_person',
  text: `
    with gone as (
      delete from person where user_id = $1 returning id
    ),
    unenrolled as (
      delete from enrolment where person_id in (select id from gone)
    ),
    undone as (
      delete from step_state where person_id in (select id from gone)
    ),
    unassigned as (
      delete from assignment where person_id in (select id from gone)
    ),
    unsaved as (
      delete from idempotency_key where person_id in (select id from gone)
    ),
    forgotten as (
      delete from happening where person_id in (select id from gone)
    ),
    undelivered as (
      delete from delivery where person_id in (select id from gone)
    ),
    unqueued as (
      delete from delivery_queue where person_id in (select id from gone)
    ),
    unsigned as (
      update account_step set settled_by = null, reason = null, metadata = null where settled_by = $1
    ),
    unread as (
      delete from dead_letter where user_id = $1 returning id
    )
    insert into erased_person as e (subject, receipt, erased_at)
    select sha256(convert_to($1, 'UTF8')), $2::uuid, now()
    where exists (select from gone) or exists (select from unread)
    on conflict (subject) do update set receipt = excluded.receipt, erased_at = excluded.erased_at
    returning e.receipt::text as id, to_char(e.erased_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "erasedAt"`,
}

/**
 * Removes everything held of a person in one transaction; undefined when nothing was held. The person's row, their
 * queues and their dead letters are locked by statements of their own, so that the erasing one also sees what was
 * written while these waited. What they count for stays, as nobody's.
 */
export const erase = (
  database: Database,
  userId: string,
  receipt: string,
): Promise<{ id: string; erasedAt: string } | undefined> =>
  database.transaction(async ({ query }) => {
    const [person] = await query<{ id: number }>(lockPerson, [userId])
    await query(lockQueues, [userId])
    await query(lockLetters, [userId])
    if (person !== undefined) await leaveCounts(query, person.id)
    return (await query<{ id: string; erasedAt: string }>(erasePerson, [userId, receipt]))[0]
  })

const restorePerson = {
  name: 'restore_person',
  text: "delete from erased_person where subject = sha256(convert_to($1, 'UTF8'))",
}

/** The host's server sends an erased person again: they may come back, as a stranger. */
export const forgetErasure = async (query: Query, userId: string): Promise<void> => {
  await query(restorePerson, [userId])
}

const purgeStatement = {
  name: 'purge_idempotency_keys',
  text: "delete from idempotency_key where created_at < now() - $1::int * interval '1 day'",
}

/** Forgets saved answers older than `days`. */
export const purgeSavedAnswers = async (query: Query, days: number): Promise<void> => {
  await query(purgeStatement, [days])
}
