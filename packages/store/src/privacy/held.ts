import type { Query } from '../database/database.ts'
import { listsNaming } from './forget-mentions.ts'
import { personalData } from './personal-data.ts'

/** Told row by row as they are stored, in this order; what is left is told in the words of the domain. */
const walked: { readonly [table: string]: string } = {
  account_step: 't.account_id, t.flow, t.step_id, t.step_version',
  assignment: 't.experiment',
  consent_change: 't.id',
  idempotency_key: 't.created_at, t.key',
  delivery: 't.id',
  audit_entry: 't.seq',
}

const moment = (column: string): string =>
  `to_char(t.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const statements = Object.entries(walked).map(([table, order]) => {
  const { isOf, said = {}, noted = {} } = personalData[table] ?? {}
  const told = Object.entries({ ...said, ...noted }).map(
    ([column, path]) => [column, ...path.split('.')] as const,
  )
  const fields = told
    .filter(([, , field]) => field !== undefined)
    .map(([column, , field]) => `'${field}', ${/_?at$/.test(column) ? moment(column) : `t.${column}`}`)
  const text = `
      select json_strip_nulls(json_build_object(${fields.join(', ')})) as row
      from ${table} t where ${isOf} order by ${order}`
  return { field: told.at(-1)?.[1] ?? '', statement: { name: `held_in_${table}`, text } }
})

const sinceStatement = {
  name: 'known_since',
  text: `
    select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
    from person where user_id = $1`,
}

/** What is held of a person beside their onboarding, what happened and what could not be taken: field of the export → rows. */
export const readHeld = async (
  query: Query,
  userId: string,
): Promise<{ readonly [field: string]: unknown }> => {
  const held: { [field: string]: unknown } = {}
  const [known] = await query<{ since: string }>(sinceStatement, [userId])
  held['knownSince'] = known?.since
  for (const { field, statement } of statements)
    held[field] = (await query<{ row: object }>(statement, [userId])).map(({ row }) => row)
  held['lists'] = await listsNaming(query, userId)
  return held
}
