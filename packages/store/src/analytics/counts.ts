import type { Count } from '@boardwalk/engine'
import type { Query } from '../database/database.ts'
import { adder } from './count-rows.ts'
import { segmentIds } from './segments.ts'

const erased = { erased: 'boolean' } as const

/** In the nth 24 hours after signing up. */
export const returnDays = { field: 'day', last: 30 } as const

const adders: { readonly [Of in Count['of']]: ReturnType<typeof adder> } = {
  journey: adder({
    table: 'journey_count',
    keys: erased,
    numbers: ['enrolled', 'completed', 'skipped', 'signedUp'],
  }),
  step: adder({
    table: 'step_count',
    keys: { stepId: 'text', ...erased },
    numbers: ['offered', 'reached', 'done', 'skipped', 'inOrder'],
  }),
  duration: adder({
    table: 'duration_count',
    keys: { measure: 'text', bin: 'smallint', ...erased },
    numbers: ['people'],
  }),
  value: adder({
    table: 'value_count',
    keys: { event: 'text', ...erased },
    numbers: ['people', 'withinDay', 'withinWeek', 'onDay1', 'onDay7'],
  }),
  return: adder({ table: 'return_count', keys: erased, numbers: ['people'], across: returnDays }),
  nudge: adder({ table: 'nudge_count', keys: erased, numbers: ['shown', 'snoozed', 'dismissed'] }),
  block: adder({
    table: 'block_count',
    keys: { stepId: 'text', ...erased },
    numbers: ['blocked', 'recovered'],
  }),
}

/** Adds to the counts, of people who are there and of erased ones, whose counts nobody takes back any more. */
export const addCounts = async (
  query: Query,
  counts: readonly Count[],
  ofErased: readonly Count[] = [],
): Promise<void> => {
  const all = [
    ...counts.map((count) => ({ ...count, erased: false })),
    ...ofErased.map((count) => ({ ...count, erased: true })),
  ]
  if (all.length === 0) return
  const idsOf = await segmentIds(
    query,
    all.map(({ segment }) => segment),
  )
  const kinds = Object.groupBy(all, ({ of }) => of)
  for (const [of, some] of Object.entries(kinds)) await adders[of as Count['of']](query, some, idsOf)
}
