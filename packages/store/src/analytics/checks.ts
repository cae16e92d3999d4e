import type { Segment } from '@boardwalk/engine'
import type { Database } from '../database/database.ts'
import { adder } from './count-rows.ts'
import { segmentIds } from './segments.ts'

/** Questions put to gates in one hour. */
export type Checks = {
  readonly segment: Segment
  /** The full hour, in milliseconds since 1970. */
  readonly begins: number
  readonly checked: number
}

const add = adder({ table: 'check_count', keys: {}, numbers: ['checked'] })

const beginStatement = {
  name: 'begin_check_write',
  text: `
    insert into check_write as w (process, number, at) values ($1::uuid, $2::bigint, now())
    on conflict (process) do update set number = excluded.number, at = excluded.at where w.number < excluded.number
    returning process`,
}

/** Adds what a process counted; under a number that it has written before nothing is added. Numbers of a process rise. */
export const addChecks = async (
  { query, transaction }: Pick<Database, 'query' | 'transaction'>,
  { process, number }: { readonly process: string; readonly number: number },
  checks: readonly Checks[],
): Promise<void> => {
  if (checks.length === 0) return
  const idsOf = await segmentIds(
    query,
    checks.map(({ segment }) => segment),
  )
  await transaction(async (session) => {
    const isNew = (await session.query(beginStatement, [process, number])).length === 1
    if (isNew) await add(session.query, checks, idsOf)
  })
}
