import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { advanceReader, happeningChannel, holdReader, readHappenings, releaseReader } from '@boardwalk/store'
import type { Cursor, Database, Happened } from '@boardwalk/store'

export type Follower = {
  readonly name: string
  /** Called with happenings in order, again after a crash or a failure: it must not mind being told twice. */
  readonly handle: (happened: readonly Happened[]) => Promise<void>
}

export type Following = { readonly stop: () => Promise<void> }

// A notice wakes the reader at once; this is for notices that were lost, and for transactions that ended late.
const pollMs = 1_000
const leaseMs = 10_000
const pageLength = 500

/** Reads all happenings in order for one follower, in one process at a time; another takes over when this one stops or dies. */
export const followHappenings = async (database: Database, follower: Follower, log: Logger): Promise<Following> => {
  const holder = randomUUID()
  let stopped = false
  let wake = (): void => undefined

  const nextTurn = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const readOn = async (from: Cursor): Promise<void> => {
    let cursor = from
    while (!stopped) {
      const page = await readHappenings(database.query, cursor, pageLength)
      const last = page.at(-1)
      if (last === undefined) return
      await follower.handle(page)
      if (!(await advanceReader(database.query, follower.name, holder, last.cursor))) return
      cursor = last.cursor
      if ((await holdReader(database.query, follower.name, holder, leaseMs)) === undefined) return
    }
  }

  const run = async (): Promise<void> => {
    while (!stopped) {
      // Set before the work, so that a notice that comes meanwhile is not slept through.
      const turn = nextTurn()
      try {
        const cursor = await holdReader(database.query, follower.name, holder, leaseMs)
        if (cursor !== undefined) await readOn(cursor)
      } catch (error) {
        log.warn({ event: 'onboarding.follower_failed', follower: follower.name, err: error }, 'will try again')
      }
      if (!stopped) await turn
    }
  }

  const unlisten = await database.listen(happeningChannel, () => wake())
  const running = run()
  return {
    stop: async () => {
      stopped = true
      wake()
      await running
      await unlisten()
      await releaseReader(database.query, follower.name, holder).catch(() => undefined)
    },
  }
}
