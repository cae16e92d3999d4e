import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import {
  holdWatch,
  noteCheck,
  readAllWatched,
  readPlan,
  releaseWatch,
  type Database,
  type Watch,
  type WatchedFlow,
} from '@boardwalk/store'
import type { Announcer } from '../following/announce.ts'
import { advance, nextPhase } from './advance.ts'
import { decide } from './decide.ts'
import { alertFindings, rollbackFindings } from './findings.ts'

export type Watching = { readonly stop: () => Promise<void> }

type Parts = {
  readonly database: Database
  readonly clock: () => number
  readonly log: Logger
  readonly announcer: Pick<Announcer, 'changed' | 'happened'>
  readonly checkMs: number
  /** Called as long as this process watches, often. */
  readonly whileHeld: () => void
}

// The lease is as long as a check is apart; with this many looks in it, a dead process is succeeded in 4/3 of that.
const looksACheck = 3
// One flow that takes long must not lose the lease for that alone.
const shortestLeaseMs = 2_000
const patienceMs = 5_000

/** In one process of many: checks every flow, and switches off what harms. */
export const startWatch = ({ database, clock, log, announcer, checkMs, whileHeld }: Parts): Watching => {
  const { query } = database
  const holder = randomUUID()
  const stopping = new AbortController()
  const leaseMs = Math.max(shortestLeaseMs, checkMs)

  const checkFlow = async (watch: Watch, watched: WatchedFlow) => {
    const now = clock()
    const [rollbacks, alerts] = await Promise.all([
      rollbackFindings(query, watched, now),
      alertFindings(query, watched, now),
    ])
    const decided = await decide(database, watch, { watched, rollbacks, alerts }, now)
    if (typeof decided === 'string' || decided.rolledBack === null) return
    announcer.changed('everybody')
    announcer.happened()
    const event = { event: 'onboarding.rolled_back', flow: watched.flow, ...decided.rolledBack }
    log.error(event, `flow "${watched.flow}" is switched off for all by itself`)
  }

  /** Phases that are to begin by themselves, once their time has come and all is as it should be. */
  const advanceFlow = async (watch: Watch, watched: WatchedFlow): Promise<void> => {
    const now = clock()
    const plan = await readPlan(query, watched.flow)
    const next = plan && nextPhase(plan)
    if (plan === undefined || !next?.startsAt || Date.parse(next.startsAt) > now) return
    // A plan that was changed after its first phase would have begun must not take the release back to it.
    if (plan.current === null && next.startsAt < (plan.changedAt ?? '')) return
    const advancing = { by: 'watch', ifCriteria: 'met', to: next.name, watch } as const
    const result = await advance(database, watched, plan, advancing, now)
    if ('refused' in result) return
    announcer.changed('everybody')
    log.info({ event: 'onboarding.release_advanced', flow: watched.flow, phase: next.name, by: 'watch' })
  }

  const warn = (error: unknown, flow?: string): void =>
    log.warn({ event: 'onboarding.watch_failed', flow, err: error }, 'will check again')

  /** Whether all could be checked. */
  const checkAll = async (watch: Watch): Promise<boolean> => {
    let well = true
    let heldAt = performance.now()
    for (const watched of await readAllWatched(query)) {
      if (stopping.signal.aborted) return false
      // Many flows take longer than the lease; without it, those at the end would never be looked at.
      if (performance.now() - heldAt > leaseMs / looksACheck) {
        const held = await holdWatch(query, holder, leaseMs)
        if (held?.fence !== watch.fence) return true
        heldAt = performance.now()
        whileHeld()
      }
      // What cannot be judged of one flow must not leave the others without a watch.
      try {
        await checkFlow(watch, watched)
        await advanceFlow(watch, watched)
      } catch (error) {
        warn(error, watched.flow)
        well = false
      }
    }
    if (well) await noteCheck(query, watch)
    return well
  }

  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  /** Whoever cannot check, because the way to the database is bad, lets somebody else try. */
  const giveWay = async (): Promise<void> => {
    await releaseWatch(query, holder).catch(() => undefined)
    await pause(checkMs)
  }

  const look = async (): Promise<void> => {
    const held = await holdWatch(query, holder, leaseMs)
    if (held === undefined) return
    whileHeld()
    // Timers come a little early or late.
    const isDue = held.sinceCheckMs === null || held.sinceCheckMs >= checkMs - checkMs / looksACheck / 2
    if (isDue && !(await checkAll(held))) await giveWay()
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look().catch(async (error: unknown) => {
        warn(error)
        await giveWay()
      })
      await pause(checkMs / looksACheck)
    }
  }

  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await Promise.race([running, sleep(patienceMs, undefined, { ref: false })])
      await releaseWatch(query, holder).catch(() => undefined)
    },
  }
}
