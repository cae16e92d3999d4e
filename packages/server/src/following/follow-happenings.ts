import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { advanceReader, happeningChannel, holdReader, releaseReader } from '@boardwalk/store'
import type { Cursor, Database, Happened, readHappenings } from '@boardwalk/store'

export type Follower = {
  readonly name: string
  /** Those that it wants to hear of. */
  readonly read: typeof readHappenings
  /** Called with happenings in order, again after a crash or a failure: it must not mind being told twice. */
  readonly handle: (happened: readonly Happened[]) => Promise<void>
}

export type Following = { readonly stop: () => Promise<void> }

// A notice wakes the reader at once; this is for notices that were lost, and for transactions that ended late.
const pollMs = 1_000
// Happenings that come fast are read together, so that reading costs the writers little.
const restMs = 100
const usualLeaseMs = 10_000
const pageLength = 500

/** Reads happenings in order for one follower, in one process at a time; another takes over when this one
 * stops, or `leaseMs` after it died. */
export const followHappenings = async (
  database: Database,
  follower: Follower,
  log: Logger,
  leaseMs = usualLeaseMs,
): Promise<Following> => {
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

  let held: { cursor: Cursor; until: number } | undefined

  /** Where to read on, while the reader is ours. */
  const hold = async (): Promise<Cursor | undefined> => {
    if (held !== undefined && performance.now() < held.until) return held.cursor
    const until = performance.now() + leaseMs / 2
    const cursor = await holdReader(database.query, follower.name, holder, leaseMs)
    held = cursor && { cursor, until }
    return cursor
  }

  /** A page may take longer than the lease. */
  const whileRenewing = async (work: () => Promise<void>): Promise<void> => {
    const renew = (): void =>
      void holdReader(database.query, follower.name, holder, leaseMs).catch(() => undefined)
    const timer = setInterval(renew, leaseMs / 3)
    await work().finally(() => clearInterval(timer))
  }

  /** Tells the follower of one page; answers whether there may be more. */
  const readPage = async (): Promise<boolean> => {
    const from = await hold()
    const page = from === undefined ? [] : await follower.read(database.query, from, pageLength)
    const last = page.at(-1)
    if (last === undefined) return false
    await whileRenewing(() => follower.handle(page))
    const ours = await advanceReader(database.query, follower.name, holder, last.cursor)
    held = ours && held ? { ...held, cursor: last.cursor } : undefined
    return page.length === pageLength
  }

  const run = async (): Promise<void> => {
    while (!stopped) {
      // Set before the work, so that a notice that comes meanwhile is not slept through.
      const turn = nextTurn()
      try {
        while (!stopped && (await readPage()));
      } catch (error) {
        held = undefined
        log.warn(
          { event: 'onboarding.follower_failed', follower: follower.name, err: error },
          'will try again',
        )
      }
      if (!stopped) await turn
      if (!stopped) await sleep(restMs)
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
