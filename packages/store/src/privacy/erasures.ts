import type { Database, Query } from '../database/database.ts'
import { eraseIn, erasing } from './erase.ts'
import { subjectOf } from './subject.ts'

/** A row of the list of erased people. It says who only to whoever has the key and the user id. */
export type Erasure = {
  /** In hex. */
  readonly subject: string
  readonly receipt: string
  /** ISO 8601, to the microsecond. */
  readonly erasedAt: string
  /** When the host's server sent them again; null: never since. */
  readonly readmittedAt: string | null
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

// A subject is the HMAC of 32 bytes, so it is never this.
const keyStatement = {
  name: 'fingerprint_of_erasure_key',
  text: `
    select encode(sha256(outer_pad || sha256(inner_pad || convert_to('which key', 'UTF8'))), 'hex') as key
    from erasure_key`,
}

/** Tells this database's key from others, and nothing about it. */
export const erasureKey = async (query: Query): Promise<string> =>
  (await query<{ key: string }>(keyStatement))[0]?.key ?? ''

const listStatement = {
  name: 'list_erasures',
  text: `
    select encode(subject, 'hex') as subject, receipt::text as receipt, ${iso('erased_at')} as "erasedAt",
      ${iso('readmitted_at')} as "readmittedAt"
    from erasure where subject > decode($1, 'hex') order by subject limit $2::int`,
}

/** In the order of their subjects, those after `after`. */
export const listErasures = (query: Query, after: string, limit: number): Promise<Erasure[]> =>
  query<Erasure>(listStatement, [after, limit])

const addStatement = {
  name: 'add_erasures',
  text: `
    insert into erasure as e (subject, receipt, erased_at, readmitted_at)
    select decode(x.subject, 'hex'), x.receipt, x."erasedAt", x."readmittedAt"
    from json_to_recordset($1::json) as x (subject text, receipt uuid, "erasedAt" timestamptz, "readmittedAt" timestamptz)
    on conflict (subject) do update
    set receipt = excluded.receipt, erased_at = excluded.erased_at, readmitted_at = excluded.readmitted_at
    where (excluded.erased_at, coalesce(excluded.readmitted_at, '-infinity')) > (e.erased_at, coalesce(e.readmitted_at, '-infinity'))
    returning 1`,
}

/** Adds what the list does not have yet, of a list taken from this database; answers how many. Names each subject once. */
export const addErasures = async (query: Query, erasures: readonly Erasure[]): Promise<number> =>
  (await query(addStatement, [JSON.stringify(erasures)])).length

const backStatement = {
  name: 'erased_who_are_back',
  text: `
    select max(p.id)::text as last, coalesce(json_agg(p.user_id order by p.id) filter (where x.subject is not null), '[]') as back
    from (select id, user_id, created_at from person where id > $1::bigint order by id limit $2::int) p
    left join erasure x on x.subject = ${subjectOf('p.user_id')} and x.erased_at >= p.created_at`,
}

// Their row as it was: a receipt that was given once stays true, and who was sent again since may come.
const standingStatement = {
  name: 'erasure_of_person',
  text: `
    select x.receipt::text as receipt, ${iso('x.erased_at')} as "erasedAt", ${iso('x.readmitted_at')} as "readmittedAt"
    from person p join erasure x on x.subject = ${subjectOf('$1')} and x.erased_at >= p.created_at
    where p.user_id = $1 for update`,
}
const restandStatement = {
  name: 'erasure_as_it_was',
  text: `
    update erasure set erased_at = $2::timestamptz, readmitted_at = $3::timestamptz where subject = ${subjectOf('$1')}`,
}

/** False when they are gone already, or were sent again meanwhile. */
const eraseAgain = (database: Database, userId: string): Promise<boolean> =>
  erasing(database, async (query) => {
    const [standing] = await query<Erasure>(standingStatement, [userId])
    if (standing === undefined) return false
    await eraseIn(query, userId, standing.receipt)
    await query(restandStatement, [userId, standing.erasedAt, standing.readmittedAt])
    return true
  })

/**
 * Erases again who stands in the list and is there as of before they were erased: a backup brought them back. Looks at
 * `limit` people after the one with the id `after` (a number in digits).
 */
export const replayErasures = async (
  database: Database,
  after: string,
  limit: number,
): Promise<{ readonly erased: number; readonly last: string | null }> => {
  const [page] = await database.query<{ last: string | null; back: string[] }>(backStatement, [after, limit])
  let erased = 0
  for (const userId of page?.back ?? []) if (await eraseAgain(database, userId)) erased += 1
  return { erased, last: page?.last ?? null }
}
