import type { Query } from './database/database.ts'
import { isErased } from './privacy/subject.ts'

/** A header of a record; a value that is no text is told in base64. */
export type DeadLetterHeader = readonly [name: string, value: string | { readonly base64: string }]

/** A record that could not be taken. */
export type NewDeadLetter = {
  readonly source: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly reason: string
  readonly userId: string | null
  readonly payload: Uint8Array | null
  readonly headers: readonly DeadLetterHeader[]
  /** The payload is only the beginning of what came, or nothing of it. */
  readonly truncated: boolean
}

export type DeadLetter = NewDeadLetter & {
  readonly id: number
  readonly at: string
  /** How often it was taken again in vain. */
  readonly tries: number
}

/** What whoever writes dead letters of a person shares, and whoever erases the person holds alone. */
export const lettersLock = (userId: string): string => `4, hashtext(${userId}::text)`

const shareStatement = {
  name: 'share_letters_of_person',
  text: `select pg_advisory_xact_lock_shared(${lettersLock('$1')})`,
}

const insertStatement = {
  name: 'insert_dead_letter',
  text: `
    insert into dead_letter (source, topic, partition, record_offset, reason, user_id, payload, headers, truncated, at)
    select $1, $2, $3::int, $4::bigint, $5, $6::text, $7::bytea, $8::jsonb, $9::boolean, now()
    where $6::text is null
      or not ${isErased('$6')}
    returning id`,
}

/** False when it is about an erased person: of them nothing is kept. `query` is of a transaction. */
export const insertDeadLetter = async (query: Query, letter: NewDeadLetter): Promise<boolean> => {
  const { source, topic, partition, offset, reason, userId, payload, headers, truncated } = letter
  const values = [
    source,
    topic,
    partition,
    offset,
    reason,
    userId,
    payload,
    JSON.stringify(headers),
    truncated,
  ]
  // A statement of its own: the next one sees who was erased while it waited.
  if (userId !== null) await query(shareStatement, [userId])
  return (await query(insertStatement, values)).length === 1
}

const columns = `
  id, source, topic, partition, record_offset as "offset", reason, user_id as "userId", payload, headers, truncated,
  to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, tries`

const listStatement = {
  name: 'list_dead_letters',
  text: `select ${columns} from dead_letter where id > $1::bigint order by id limit $2::int`,
}

/** Oldest first, those after `after`. */
export const listDeadLetters = (query: Query, after: number, limit: number): Promise<DeadLetter[]> =>
  query<DeadLetter>(listStatement, [after, limit])

const readStatement = {
  name: 'read_dead_letter',
  text: `select ${columns} from dead_letter where id = $1::bigint`,
}

export const readDeadLetter = async (query: Query, id: number): Promise<DeadLetter | undefined> =>
  (await query<DeadLetter>(readStatement, [id]))[0]

const lockStatement = {
  name: 'lock_dead_letter',
  text: `select ${columns} from dead_letter where id = $1::bigint for update`,
}

/** Read for somebody who will take it: whoever else wants to waits until the transaction ends. */
export const lockDeadLetter = async (query: Query, id: number): Promise<DeadLetter | undefined> =>
  (await query<DeadLetter>(lockStatement, [id]))[0]

const failedStatement = {
  name: 'dead_letter_failed_again',
  text: 'update dead_letter set tries = tries + 1, reason = $2 where id = $1::bigint',
}

/** It was taken again in vain. */
export const deadLetterFailedAgain = async (query: Query, id: number, reason: string): Promise<void> => {
  await query(failedStatement, [id, reason])
}

const deleteStatement = {
  name: 'delete_dead_letter',
  text: 'delete from dead_letter where id = $1::bigint returning id',
}

/** False when there is none. */
export const deleteDeadLetter = async (query: Query, id: number): Promise<boolean> =>
  (await query(deleteStatement, [id])).length === 1

const ofPersonStatement = {
  name: 'dead_letters_of_person',
  text: `select ${columns} from dead_letter where user_id = $1 order by id`,
}

export const deadLettersOf = (query: Query, userId: string): Promise<DeadLetter[]> =>
  query<DeadLetter>(ofPersonStatement, [userId])
