import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { advanceReader, happeningChannel, holdReader, releaseReader } from '@boardwalk/store'
import type { Cursor, Database, Happened, readHappenings } from '@boardwalk/store'

export type Follower = {
  readonly name: string
  /** Those that it wants to hear of. */
  readonly read: typeof readHappenings
  /**
   * Called with happenings in order, again after a crash or a failure: it must not mind being told twice. `done` says
   * how far it came, so that it is not told those again when it fails at a later one.
   */
  readonly handle: (happened: readonly Happened[], done: (cursor: Cursor) => void) => Promise<void>
}

/** Moves its reader in the statement that has its effect: each happening has it once. */
export type Mover = {
  readonly name: string
  /** `to` is undefined when the reader was lost to another process. */
  readonly move: (
    holder: string,
    from: Cursor,
    limit: number,
  ) => Promise<{ readonly to: Cursor | undefined; readonly more: boolean }>
}

export type Following = { readonly stop: () => Promise<void> }

// A notice wakes the reader at once; this is for notices that were lost, and for transactions that ended late.
const pollMs = 1_000
// Happenings that come fast are read together, so that reading costs the writers little.
const restMs = 100
// With a poll on top, what a dead process left lying is taken up within five seconds.
const usualLeaseMs = 3_500
const pageLength = 500
const longestPauseMs = 30_000
// Whoever handles a page for longer than this when we stop is told it again after the next start.
const patienceMs = 5_000

/** Reads happenings in order for one follower, in one process at a time; another takes over when this one
 * stops, or `leaseMs` after it died. A follower that fails is tried again after 1, 2, 4 … 30 seconds. */
export const followHappenings = async (
  database: Database,
  follower: Follower | Mover,
  log: Logger,
  leaseMs = usualLeaseMs,
): Promise<Following> => {
  const holder = randomUUID()
  const stopping = new AbortController()
  const stopped = (): boolean => stopping.signal.aborted
  let wake = (): void => undefined

  const nextTurn = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

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
      void (stopped() || holdReader(database.query, follower.name, holder, leaseMs).catch(() => undefined))
    const timer = setInterval(renew, leaseMs / 3)
    await work().finally(() => clearInterval(timer))
  }

  /** Tells the follower of one page, and moves on as far as it came. */
  const tell = async ({ name, read, handle }: Follower, from: Cursor) => {
    const page = await read(database.query, from, pageLength)
    let to: Cursor | undefined = from
    const advance = async (): Promise<void> => {
      if (to !== undefined && to !== from && !(await advanceReader(database.query, name, holder, to)))
        to = undefined
    }
    try {
      await whileRenewing(() => handle(page, (cursor) => (to = cursor)))
      to = page.at(-1)?.cursor ?? from
    } finally {
      await advance()
    }
    return { to, more: page.length === pageLength }
  }

  /** Answers whether there may be more. */
  const readPage = async (): Promise<boolean> => {
    const from = await hold()
    if (from === undefined) return false
    const { to, more } =
      'move' in follower ? await follower.move(holder, from, pageLength) : await tell(follower, from)
    held = to && held ? { ...held, cursor: to } : undefined
    return to !== undefined && more
  }

  const run = async (): Promise<void> => {
    let failures = 0
    while (!stopped()) {
      // Set before the work, so that a notice that comes meanwhile is not slept through.
      const turn = nextTurn()
      try {
        while (!stopped() && (await readPage()));
        failures = 0
      } catch (error) {
        held = undefined
        const event = { event: 'onboarding.follower_failed', follower: follower.name, err: error }
        log.warn(event, 'will try again')
        await pause(Math.min(longestPauseMs, 1_000 * 2 ** failures++))
      }
      if (!stopped()) await turn
      if (!stopped()) await pause(restMs)
    }
  }

  const unlisten = await database.listen(happeningChannel, () => wake())
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      wake()
      await Promise.race([running, sleep(patienceMs, undefined, { ref: false })])
      await unlisten()
      await releaseReader(database.query, follower.name, holder).catch(() => undefined)
    },
  }
}
