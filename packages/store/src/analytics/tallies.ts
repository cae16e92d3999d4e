import type { Tally } from '@boardwalk/engine'
import type { Query } from '../database/database.ts'
import { packTally, unpackTally, type PackedTally } from './packed-tally.ts'

const readStatement = {
  name: 'read_tallies',
  text: 'select person_id as "personId", state from tally where person_id = any($1::bigint[])',
}

/** What is counted of these people so far; nothing of those who are new. */
export const readTallies = async (
  query: Query,
  people: readonly number[],
): Promise<ReadonlyMap<number, Tally>> => {
  const rows = await query<{ personId: number; state: PackedTally }>(readStatement, [people])
  return new Map(rows.map(({ personId, state }) => [personId, unpackTally(state)]))
}

const writeStatement = {
  name: 'write_tallies',
  text: `
    insert into tally (person_id, state)
    select x.id, x.state from json_to_recordset($1::json) as x (id bigint, state json)
    on conflict (person_id) do update set state = excluded.state`,
}

export const writeTallies = async (
  query: Query,
  tallies: readonly { readonly id: number; readonly state: Tally }[],
): Promise<void> => {
  if (tallies.length === 0) return
  await query(writeStatement, [
    JSON.stringify(tallies.map(({ id, state }) => ({ id, state: packTally(state) }))),
  ])
}

const deleteStatement = {
  name: 'delete_tally',
  text: 'delete from tally where person_id = $1::bigint',
}

export const deleteTally = async (query: Query, personId: number): Promise<void> => {
  await query(deleteStatement, [personId])
}

const ofUserStatement = {
  name: 'read_tally_of_user',
  text: 'select t.state from tally t join person p on p.id = t.person_id where p.user_id = $1',
}

/** What is counted of this person so far; undefined when nothing is. */
export const readTallyOf = async (query: Query, userId: string): Promise<Tally | undefined> => {
  const [row] = await query<{ state: PackedTally }>(ofUserStatement, [userId])
  return row && unpackTally(row.state)
}
