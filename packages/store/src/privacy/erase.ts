import { leaveCounts } from '../analytics/leave-counts.ts'
import type { Database, Query } from '../database/database.ts'
import { isSerializationFailure } from '../database/database-error.ts'
import { lettersLock } from '../dead-letters.ts'
import { forgetMentions, lockMentions } from './forget-mentions.ts'
import { subjectOf } from './subject.ts'

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

// Who made the person may have a clock that is ahead of the database's.
const erasedAt = 'greatest(now(), (select created_at from gone))'

const erasePerson = {
  name: 'erase_person',
  text: `
    with gone as (
      delete from person where user_id = $1 returning id, created_at
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
    unsaid as (
      delete from consent_change where person_id in (select id from gone)
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
    ),
    -- Where processes of the release before look.
    told_before as (
      insert into erased_person as e (subject, receipt, erased_at)
      select sha256(convert_to($1, 'UTF8')), $2::uuid, ${erasedAt}
      where ($3::boolean or exists (select from gone) or exists (select from unread))
        and exists (select from migration where name = 'privacy' and applied_at > now() - interval '1 day')
      on conflict (subject) do update set receipt = excluded.receipt, erased_at = excluded.erased_at
    )
    insert into erasure as e (subject, receipt, erased_at)
    select ${subjectOf('$1')}, $2::uuid, ${erasedAt}
    where $3::boolean or exists (select from gone) or exists (select from unread)
    on conflict (subject) do update
    set receipt = excluded.receipt, erased_at = excluded.erased_at, readmitted_at = null
    returning e.receipt::text as id, to_char(e.erased_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "erasedAt"`,
}

const mostAttempts = 4

/** It waits for so many that two may wait for each other; PostgreSQL then ends one of them. */
export const erasing = async <T>(database: Database, work: (query: Query) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(({ query }) => work(query))
    } catch (error) {
      if (!isSerializationFailure(error) || attempt === mostAttempts) throw error
    }
  }
}

export type Receipt = { readonly id: string; readonly erasedAt: string }

/** The part of a transaction that does it. */
export const eraseIn = async (
  query: Query,
  userId: string,
  receipt: string,
): Promise<Receipt | undefined> => {
  await lockMentions(query, userId)
  const [person] = await query<{ id: number }>(lockPerson, [userId])
  await query(lockQueues, [userId])
  await query(lockLetters, [userId])
  if (person !== undefined) await leaveCounts(query, person.id)
  const isMentioned = await forgetMentions(query, userId)
  return (await query<Receipt>(erasePerson, [userId, receipt, isMentioned]))[0]
}

/**
 * Removes everything held of a person in one transaction; undefined when nothing was held. The person's row, their
 * queues and their dead letters are locked by statements of their own, so that the erasing one also sees what was
 * written while these waited. What they count for stays, as nobody's.
 */
export const erase = (database: Database, userId: string, receipt: string): Promise<Receipt | undefined> =>
  erasing(database, (query) => eraseIn(query, userId, receipt))

const readmitStatement = {
  name: 'readmit_person',
  text: `
    with before as (delete from erased_person where subject = sha256(convert_to($1, 'UTF8')))
    update erasure set readmitted_at = now() where subject = ${subjectOf('$1')} and readmitted_at is null`,
}

/** The host's server sends an erased person again: they may come back, as a stranger. */
export const forgetErasure = async (query: Query, userId: string): Promise<void> => {
  await query(readmitStatement, [userId])
}
