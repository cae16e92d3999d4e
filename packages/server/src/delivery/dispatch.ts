import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { claimQueues, readHeads, renewClaims, settleDeliveries } from '@boardwalk/store'
import type { Claim, Database, Head, Load } from '@boardwalk/store'
import type { Metrics } from '../operation/metrics.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { attempt, type Tried } from './attempt.ts'
import { createPace, fewest } from './pace.ts'
import { noteReceiver } from './receiver.ts'

export type Dispatcher = {
  /** There may be something to send. */
  readonly wake: () => void
  readonly stop: () => Promise<void>
}

type Parts = {
  readonly database: Database
  readonly outbound: Outbound
  readonly clock: () => number
  readonly metrics: Pick<Metrics, 'countDelivery'>
  readonly log: Logger
}

const perProcess = 128
// With a poll on top, the work of a dead process is taken up within five seconds.
const leaseMs = 4_000
const renewMs = 1_000
const pollMs = 500
// How long those under way may take when we stop, before they are broken off and left to others.
const patienceMs = 3_000

type UnderWay = { readonly claim: Claim; until: number }

/** Sends what is due, in every process: each claims queues, sends their first deliveries and writes down what became of them. */
export const startDispatcher = ({ database, outbound, clock, metrics, log }: Parts): Dispatcher => {
  const { query } = database
  const underWay = new Map<string, UnderWay>()
  const pace = createPace()
  const stopping = new AbortController()
  const leaving = new AbortController()
  let tried: Tried[] = []
  let settling: Promise<void> | undefined
  let woken = false
  let wakeUp = (): void => undefined

  const wake = (): void => {
    woken = true
    wakeUp()
  }

  const nextTurn = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, woken ? 0 : pollMs)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const warn = (what: string) => (error: unknown) =>
    log.warn({ event: 'onboarding.delivery_failed', err: error }, what)

  const settleOnce = async (batch: readonly Tried[]): Promise<void> => {
    const own = await settleDeliveries(
      query,
      batch.map(({ settled }) => settled),
      clock(),
    )
    for (const one of batch) {
      const { deliveryId, outcome } = one.settled
      // Somebody else took the delivery over meanwhile; what became of it is theirs to say.
      const mine = own.has(deliveryId)
      if (!mine) log.info({ event: 'onboarding.delivery_refused', deliveryId }, 'the claim was lost')
      if (outcome !== 'untried') metrics.countDelivery(mine ? outcome : 'lost')
      if (mine) await noteReceiver(database, one, clock).catch(warn('the receiver’s state was not stored'))
    }
  }

  /** Results that come while others are written down go together. */
  const settleAll = async (): Promise<void> => {
    while (tried.length > 0) {
      const batch = tried
      tried = []
      try {
        await settleOnce(batch)
        for (const { head } of batch) underWay.delete(head.claim.token)
        wake()
      } catch (error) {
        tried = [...batch, ...tried]
        warn('what became of deliveries is written down later')(error)
        if (leaving.signal.aborted) break
        await sleep(pollMs)
      }
    }
    // In the same turn as the last look at what was tried, so that no result comes in between.
    settling = undefined
  }

  const settle = (one: Tried): void => {
    pace.note(one)
    tried.push(one)
    settling ??= settleAll()
  }

  const send = (head: Head): void => {
    const mayStill = (): boolean => performance.now() < (underWay.get(head.claim.token)?.until ?? 0)
    void attempt(head, outbound, clock, mayStill, leaving.signal).then(settle)
  }

  /** What each webhook has under way here, and how many it may have. */
  const loads = (): Load[] => {
    const counts = new Map([...pace.known()].map((webhookId) => [webhookId, 0]))
    for (const { claim } of underWay.values())
      counts.set(claim.webhookId, (counts.get(claim.webhookId) ?? 0) + 1)
    return [...counts].map(([webhookId, used]) => ({ webhookId, used, most: pace.of(webhookId) }))
  }

  /** Answers whether there may be more. */
  const claimSome = async (): Promise<boolean> => {
    const free = perProcess - underWay.size
    if (free === 0) return false
    const until = performance.now() + leaseMs
    const claims = await claimQueues(query, {
      now: clock(),
      perWebhook: fewest,
      free,
      leaseMs,
      loads: loads(),
    })
    if (claims.length === 0) return false
    for (const claim of claims) underWay.set(claim.token, { claim, until })
    const heads = await readHeads(query, claims, clock()).catch((error: unknown) => {
      for (const { token } of claims) underWay.delete(token)
      throw error
    })
    const found = new Set(heads.map(({ claim }) => claim.token))
    for (const { token } of claims) if (!found.has(token)) underWay.delete(token)
    heads.forEach(send)
    return true
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      woken = false
      try {
        while (!stopping.signal.aborted && (await claimSome()));
      } catch (error) {
        warn('deliveries are claimed later')(error)
      }
      if (!stopping.signal.aborted) await nextTurn()
    }
  }

  const renew = async (): Promise<void> => {
    const held = [...underWay.values()]
    if (held.length === 0) return
    const until = performance.now() + leaseMs
    const claims = held.map(({ claim }) => claim)
    await renewClaims(query, claims, leaseMs)
    for (const one of held) one.until = until
  }

  const running = run()
  const renewing = setInterval(() => void renew().catch(warn('leases are renewed later')), renewMs)

  const idle = async (withinMs: number): Promise<void> => {
    const end = performance.now() + withinMs
    while (underWay.size > 0 && performance.now() < end) await sleep(20)
  }

  return {
    wake,
    stop: async () => {
      stopping.abort()
      wake()
      await running
      await idle(patienceMs)
      leaving.abort()
      await idle(patienceMs)
      clearInterval(renewing)
    },
  }
}
