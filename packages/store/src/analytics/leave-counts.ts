import { countsOf, emptyTally, foldTold, negated, sumCounts, type Count, type Tally } from '@boardwalk/engine'
import type { Query } from '../database/database.ts'
import type { Cursor } from '../happenings.ts'
import { addCounts } from './counts.ts'
import { lockAnalytics } from './place.ts'
import { deleteTally } from './tallies.ts'
import { readToldOf, type ToldOf } from './told.ts'

const isAfter = (a: Cursor, b: Cursor): boolean =>
  BigInt(a.xid) > BigInt(b.xid) || (a.xid === b.xid && a.seq > b.seq)

/** All that these happenings of one person count, from their first one on. */
const counted = (happened: readonly ToldOf[]): Count[] => {
  let tally: Tally = emptyTally
  const once: Count[] = []
  for (const { told } of happened) {
    const folded = foldTold(tally, told)
    tally = folded.tally
    once.push(...folded.counts)
  }
  return sumCounts([...once, ...countsOf(tally)])
}

const dayMs = 86_400_000

/** As nobody's: no longer of anybody like them, nor of the hour in which they came. */
const nobodys = (count: Count): Count => ({
  ...count,
  segment: { ...count.segment, market: '', plan: '', role: '', locale: '' },
  begins: Math.floor(count.begins / dayMs) * dayMs,
})

/**
 * What is counted of a person becomes nobody's: part of the transaction that erases them, while their happenings are still
 * there and nobody can add one. What was not counted yet is counted here, because no one will be able to later.
 */
export const leaveCounts = async (query: Query, personId: number): Promise<void> => {
  const place = await lockAnalytics(query)
  const happened = await readToldOf(query, personId)
  const soFar = counted(happened.filter(({ cursor }) => !isAfter(cursor, place)))
  await addCounts(query, negated(soFar), counted(happened).map(nobodys))
  await deleteTally(query, personId)
}
