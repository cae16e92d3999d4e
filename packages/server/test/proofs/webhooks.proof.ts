import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { openHouse } from '../open-house.ts'
import { answering, startReceiver, verify, type Behave, type Received, type Receiver } from '../receiver.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const deliveries = Number(process.env['PROOF_DELIVERIES'] ?? 2_000)
const each = 10
const minute = 60_000
const hour = 60 * minute
const admin = '/api/admin/webhooks'

const people = {
  name: 'make_people',
  text: `
    insert into person (user_id, revision, facts, created_at)
    select $1 || '-' || n, 1, '{}', now() from generate_series(1, $2::int) n`,
}
const happenings = {
  name: 'make_happenings',
  text: `
    insert into happening (type, person_id, flow, version, data, at)
    select 'proof.happened', p.id, 'proof', 1, json_build_object('n', $2::int), now()
    from person p where p.user_id like $1 || '-%'`,
}
const notifyAll = { name: 'notify_all', text: "select pg_notify('boardwalk_happening', '')" }
const count = {
  name: 'count_deliveries',
  text: `select count(*)::int as all, (count(*) filter (where status = 'delivered'))::int as delivered from delivery`,
}

const counted = async (database: Database) =>
  (await database.query<{ all: number; delivered: number }>(count))[0] ?? { all: 0, delivered: 0 }

/** `n` happenings, each person's `each` in order. */
const happen = async (database: Database, name: string, n: number): Promise<void> => {
  await database.query(people, [name, n / each])
  for (let turn = 1; turn <= each; turn++) await database.query(happenings, [name, turn])
  await database.query(notifyAll)
}

type Ledger = { readonly accepted: Received[]; readonly refused: Received[] }

/** The messages of each person in the order in which the receiver took them, each for the first time. */
const inOrder = ({ accepted }: Ledger): Map<string, number[]> => {
  const seen = new Set<string>()
  const order = new Map<string, number[]>()
  for (const { id, body } of accepted) {
    if (seen.has(id)) continue
    seen.add(id)
    const { userId, n } = body.data
    order.set(userId, [...(order.get(userId) ?? []), n])
  }
  return order
}

const expectAllInOrder = (ledger: Ledger, name: string, n: number): void => {
  const order = inOrder(ledger)
  const wanted = Array.from({ length: each }, (_, index) => index + 1)
  for (let person = 1; person <= n / each; person++)
    expect(order.get(`${name}-${person}`), `${name}-${person}`).toEqual(wanted)
  expect(order.size).toBe(n / each)
}

/** Keeps what was taken and what was not. */
const keeping =
  (ledger: Ledger, behave: Behave): Behave =>
  (received, response) => {
    response.on('finish', () => {
      const taken = response.statusCode >= 200 && response.statusCode < 300
      ;(taken ? ledger.accepted : ledger.refused).push(received)
    })
    response.on('close', () => {
      if (!response.writableFinished) ledger.refused.push(received)
    })
    behave(received, response)
  }

const trouble: Behave[] = [
  answering(500),
  answering(301, { location: 'http://127.0.0.1:1/' }),
  (_, response) => void response.socket?.resetAndDestroy(),
  () => undefined,
]
// Each of these makes the whole webhook wait for a day.
const longWaits: Behave[] = [
  answering(429, { 'retry-after': String(10 * 365 * 86_400) }),
  answering(503, { 'retry-after': 'Fri, 31 Dec 2099 23:59:59 GMT' }),
]

/** Waits until the receiver hears no more. */
const calm = async (receiver: Receiver): Promise<void> => {
  for (let heard = -1; heard !== receiver.received.length;) {
    heard = receiver.received.length
    await sleep(800)
  }
}

forEachPostgres((_, url, open) => {
  describe('deliveries', () => {
    test(`${deliveries} of them reach a receiver that fails in every way and is away for a day, each person's in order`, async () => {
      const database = await open({ connections: 8 })
      const receiver = await startReceiver()
      let now = Date.now()
      const house = await openHouse(database, {
        webhooks: { allow: ['127.0.0.1'], timeoutMs: 500 },
        clock: () => now,
      })
      const { id, secret } = (await house.server('POST', admin, { url: receiver.url })).body
      const ledger: Ledger = { accepted: [], refused: [] }
      const tries = new Map<string, number>()
      const waits = [...longWaits]
      // One in twenty messages meets trouble, once each.
      const shaky: Behave = (received, response) => {
        const tried = (tries.get(received.id) ?? 0) + 1
        tries.set(received.id, tried)
        const unlucky = tried === 1 && Number.parseInt(received.id.slice(0, 8), 16) % 20 === 0
        const behave =
          trouble[Number.parseInt(received.id.slice(8, 13).replace('-', ''), 16) % trouble.length]
        if (unlucky) (waits.shift() ?? behave ?? answering(500))(received, response)
        else answering(204)(received, response)
      }
      receiver.state.behave = keeping(ledger, shaky)
      const drain = async (n: number): Promise<void> => {
        await calm(receiver)
        for (let steps = 0; (await counted(database)).delivered < n && steps < 500; steps++) {
          now += 6 * hour
          await calm(receiver)
        }
      }
      await happen(database, 'first', deliveries / 2)
      await drain(deliveries / 2)

      // Away for a day, while as much again happens.
      receiver.state.behave = keeping(
        ledger,
        (_received, response) => void response.socket?.resetAndDestroy(),
      )
      await happen(database, 'second', deliveries / 2)
      await expect.poll(async () => (await counted(database)).all, { timeout: 120_000 }).toBe(deliveries)
      const before = receiver.received.length
      for (let halfHours = 0; halfHours < 48; halfHours++) {
        now += hour / 2
        await sleep(600)
      }
      const probes = receiver.received.length - before
      // A 410 on the way puts the webhook off until somebody puts it on again.
      receiver.state.behave = keeping(ledger, answering(410))
      now += hour
      const status = async () => (await house.server('GET', `${admin}/${id}`)).body.status
      await expect.poll(status).toBe('disabled')
      receiver.state.behave = keeping(ledger, shaky)
      await house.server('PATCH', `${admin}/${id}`, { enabled: true })
      await drain(deliveries)
      const all = ledger.accepted
      const { delivered } = await counted(database)
      console.log(
        `${delivered} of ${deliveries} delivered, ${all.length} taken, ${ledger.refused.length} refused, ${probes} tries while away`,
      )
      expect(delivered).toBe(deliveries)
      // One probe at a time, whatever waits.
      expect(probes).toBeLessThan(200)
      expect(probes).toBeGreaterThan(10)
      expect(new Set(all.map((one) => one.id)).size).toBe(deliveries)
      // At least once: an answer that comes after half a second counts as none.
      expect(all.length).toBeLessThan(deliveries * 1.05)
      expectAllInOrder(
        { ...ledger, accepted: all.filter((one) => one.body.data.userId.startsWith('first')) },
        'first',
        deliveries / 2,
      )
      expectAllInOrder(
        { ...ledger, accepted: all.filter((one) => one.body.data.userId.startsWith('second')) },
        'second',
        deliveries / 2,
      )
      for (const one of [...all, ...ledger.refused]) verify(secret, one)
      await house.boardwalk.stop()
      await receiver.stop()
    })

    test('a process that is killed or stands still loses nothing: another takes over within seconds, and who wakes late is refused', async () => {
      const database = await open({ connections: 4 })
      const receiver = await startReceiver()
      const settings = {
        DATABASE_URL: url,
        BOARDWALK_SCHEMA: database.schema,
        BOARDWALK_WEBHOOK_ALLOW: '127.0.0.1',
      }
      const servers: ServerProcess[] = [await startServer(settings), await startServer(settings)]
      const { id, secret } = (await servers[0]!.server('POST', admin, { url: receiver.url })).body
      const ledger: Ledger = { accepted: [], refused: [] }
      receiver.state.behave = keeping(ledger, (received, response) =>
        // Slow enough that few are under way, and some are whenever a process is stopped.
        setTimeout(() => answering(204)(received, response), 300),
      )
      const n = Math.min(deliveries, 4_000)
      await happen(database, 'killed', n)
      await expect.poll(() => ledger.accepted.length, { timeout: 60_000 }).toBeGreaterThan(n / 10)

      await servers[0]!.kill()
      const killedAt = performance.now()
      const claimed = {
        name: 'stale_claims',
        text: 'select count(*)::int as count from delivery_queue where claimed_until < now()',
      }
      servers[0] = await startServer(settings)
      // One of them stands still in the middle of its work for longer than its lease, then goes on as if nothing had been.
      servers[1]!.process.kill('SIGSTOP')
      await sleep(7_000)
      const stale = (await database.query<{ count: number }>(claimed))[0]?.count
      servers[1]!.process.kill('SIGCONT')
      await expect
        .poll(async () => (await counted(database)).delivered, { timeout: 120_000, interval: 200 })
        .toBe(n)
      const gaps = ledger.accepted
        .filter(({ at }) => at > killedAt)
        .map(({ at }, index, later) => at - (later[index - 1]?.at ?? killedAt))
      const metrics = await Promise.all(servers.map((one) => one.server('GET', '/metrics')))
      const lost = metrics.map(({ body }) => Number(/outcome="lost"\} (\d+)/.exec(body)?.[1] ?? 0))
      const twice = ledger.accepted.length - new Set(ledger.accepted.map((one) => one.id)).size
      console.log(
        `${n} deliveries: ${twice} taken twice, ${lost.join(' + ')} late results refused, longest silence ${Math.round(Math.max(...gaps))} ms`,
      )
      expectAllInOrder(ledger, 'killed', n)
      for (const one of ledger.accepted) verify(secret, one)
      // What both had under way at most, each once.
      expect(twice).toBeLessThanOrEqual(2 * 8)
      expect(stale).toBe(0)
      expect(lost.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(0)
      const rows = {
        name: 'delivered_twice',
        text: 'select count(*)::int as count from delivery_queue where waiting <> 0 or claim is not null',
      }
      await expect.poll(async () => (await database.query<{ count: number }>(rows))[0]?.count).toBe(0)
      expect((await servers[0].server('GET', `${admin}/${id}`)).body.status).toBe('active')
      await Promise.all(servers.map((one) => one.stop()))
      await receiver.stop()
    })
  })
})
