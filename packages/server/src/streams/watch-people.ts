import { changeChannel, concernedIn, readMarks } from '@boardwalk/store'
import type { Database, Mark, Watched } from '@boardwalk/store'
import { createLane } from '../road/lane.ts'

/** What a watch tells: read again; or that the person was erased, after which it tells nothing more. */
export type Told = 'changed' | 'erased'

export type Watch = { readonly end: () => void }

export type Watching = {
  /** Tells of everything from now on. `undefined`: the person was erased. */
  readonly watch: (watched: Watched, tell: (told: Told) => void) => Promise<Watch | undefined>
  readonly stop: () => Promise<void>
}

type Entry = { readonly watched: Watched; readonly tell: (told: Told) => void; mark: Mark }

type Asking = {
  readonly watched: Watched
  readonly answer: (mark: Mark) => void
  readonly fail: (error: unknown) => void
}

// Changes that come this close together are told as one.
const restMs = 100
// A notice that concerns everybody makes us look at all, but not more often than this.
const everybodyRestMs = 500
// Makes up for notices that were lost.
const pollMs = 2_000
const batchLimit = 500

/**
 * Watches people for those who are connected to this process. Notices only say where to look; what counts is whether
 * a person's mark differs from the one before, so that too many notices tell nothing twice and a lost one is made up
 * for. While nobody is watched, nothing is read.
 */
export const watchPeople = async (database: Database): Promise<Watching> => {
  const entries = new Set<Entry>()
  let people = new Set<string>()
  let accounts = new Set<string>()
  let polledAt = 0
  let pollAt = 0
  let turning = false
  let next: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined

  // One statement at a time, for all who ask meanwhile: marks come in the order in which they were read.
  const reading = createLane<Asking>({
    slots: 1,
    limit: batchLimit,
    run: async (asking) => {
      try {
        const marks = await readMarks(
          database.query,
          asking.map(({ watched }) => watched),
        )
        asking.forEach(({ answer }, index) => answer(marks[index]!))
      } catch (error) {
        asking.forEach(({ fail }) => fail(error))
      }
      return []
    },
  })

  const read = (watched: Watched): Promise<Mark> =>
    new Promise((answer, fail) => reading.push({ watched, answer, fail }))

  const look = async (entry: Entry): Promise<void> => {
    const before = entry.mark
    const now = await read(entry.watched)
    if (!entries.has(entry)) return
    entry.mark = now
    if (now.erased || (before.personId !== null && before.personId !== now.personId)) {
      entries.delete(entry)
      entry.tell('erased')
    } else if (before.state !== now.state) entry.tell('changed')
  }

  const isHinted = ({ watched, mark }: Entry): boolean =>
    people.has(watched.userId) || (mark.accountId !== null && accounts.has(mark.accountId))

  const turn = async (): Promise<void> => {
    next = undefined
    turning = true
    const everybody = performance.now() >= pollAt
    const due = [...entries].filter((entry) => everybody || isHinted(entry))
    people = new Set()
    accounts = new Set()
    if (everybody) pollAt = Infinity
    // While the database is away nothing can be told; those who ask it say so, and the next look makes up for it.
    await Promise.allSettled(due.map(look))
    turning = false
    if (everybody) {
      polledAt = performance.now()
      pollAt = Math.min(polledAt + pollMs, Math.max(pollAt, polledAt + everybodyRestMs))
    }
    plan()
  }

  const plan = (): void => {
    if (turning || entries.size === 0) return
    const hinted = people.size + accounts.size > 0
    const at = Math.min(pollAt, hinted ? performance.now() + restMs : Infinity)
    if (next !== undefined && next.at <= at) return
    clearTimeout(next?.timer)
    next = { at, timer: setTimeout(() => void turn(), Math.max(0, at - performance.now())).unref() }
  }

  const hear = (payload: string): void => {
    if (entries.size === 0) return
    const concerned = concernedIn(payload)
    if (concerned === 'everybody') {
      const soonest = Math.max(performance.now() + restMs, polledAt + everybodyRestMs)
      pollAt = Math.min(pollAt, soonest)
    } else {
      for (const id of concerned.people) people.add(id)
      for (const id of concerned.accounts) accounts.add(id)
    }
    plan()
  }

  const unlisten = await database.listen(changeChannel(database.schema), hear)
  return {
    watch: async (watched, tell) => {
      const mark = await read(watched)
      if (mark.erased) return undefined
      if (entries.size === 0) pollAt = performance.now() + pollMs
      const entry: Entry = { watched, tell, mark }
      entries.add(entry)
      plan()
      return { end: () => void entries.delete(entry) }
    },
    stop: async () => {
      clearTimeout(next?.timer)
      entries.clear()
      await unlisten()
      await reading.idle()
    },
  }
}
