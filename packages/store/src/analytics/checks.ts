import type { Segment } from '@boardwalk/engine'
import type { Query } from '../database/database.ts'
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

export const addChecks = async (query: Query, checks: readonly Checks[]): Promise<void> => {
  if (checks.length === 0) return
  const idsOf = await segmentIds(
    query,
    checks.map(({ segment }) => segment),
  )
  await add(query, checks, idsOf)
}
