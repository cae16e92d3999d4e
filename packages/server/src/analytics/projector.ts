import { setImmediate as nextTurn } from 'node:timers/promises'
import { countsOf, difference, emptyTally, foldTold, type Count, type Tally } from '@boardwalk/engine'
import {
  addCounts,
  lockHeldAnalytics,
  moveAnalytics,
  readTallies,
  readTold,
  writeTallies,
  type Database,
  type ToldOf,
} from '@boardwalk/store'
import type { Mover } from '../following/follow-happenings.ts'

// While a page is counted no other reader sees what happens meanwhile, so it has to end soon.
const pageLengths = { postgres: 5_000, embedded: 1_000 }
// Requests wait no longer for folding than this many people take.
const peopleATurn = 100

type Counted = {
  readonly tallies: { readonly id: number; readonly state: Tally }[]
  readonly counts: Count[]
}

const byPerson = (page: readonly ToldOf[]): Map<number, ToldOf[]> => {
  const people = new Map<number, ToldOf[]>()
  for (const one of page) {
    if (one.personId === null) continue
    const known = people.get(one.personId)
    if (known) known.push(one)
    else people.set(one.personId, [one])
  }
  return people
}

/** What changes when this happens to people who were counted as `tallies` say. */
const fold = async (
  people: ReadonlyMap<number, readonly ToldOf[]>,
  tallies: ReadonlyMap<number, Tally>,
): Promise<Counted> => {
  const changed: Counted['tallies'] = []
  const counts: Count[] = []
  let turn = 0
  for (const [id, happened] of people) {
    const before = tallies.get(id) ?? emptyTally
    let state = before
    for (const { told } of happened) {
      const folded = foldTold(state, told)
      state = folded.tally
      counts.push(...folded.counts)
    }
    if (state !== before) {
      changed.push({ id, state })
      counts.push(...difference(countsOf(before), countsOf(state)))
    }
    turn += 1
    if (turn % peopleATurn === 0) await nextTurn()
  }
  return { tallies: changed, counts }
}

/** Counts what happens: each page, what it changes and how far it goes in one transaction. */
export const analyticsFollower = (database: Database, limit = pageLengths[database.kind]): Mover => ({
  name: 'analytics',
  move: (holder, from) =>
    database.transaction(async ({ query }) => {
      if (!(await lockHeldAnalytics(query, holder, from))) return { to: undefined, more: false }
      const page = await readTold(query, from, limit)
      const to = page.at(-1)?.cursor
      if (to === undefined) return { to: from, more: false }
      const people = byPerson(page)
      const { tallies, counts } = await fold(people, await readTallies(query, [...people.keys()]))
      await writeTallies(query, tallies)
      await addCounts(query, counts)
      await moveAnalytics(query, to)
      return { to, more: page.length === limit }
    }),
})
