import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  forEachPostgres,
  freshSchema,
  startWithoutNotices,
  type WithoutNotices,
} from '@boardwalk/store/test-kit'
import { tokenOf } from '../open-house.ts'
import { openStream, type OpenStream } from '../open-stream.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const rounds = Number(process.env['PROOF_ROUNDS'] ?? 40)
const processes = Number(process.env['PROOF_PROCESSES'] ?? 6)
const soon = { interval: 2 }

const inOrder = (times: readonly number[]): number[] => [...times].sort((a, b) => a - b)
const at = (times: readonly number[], share: number): number =>
  Math.round(inOrder(times)[Math.ceil(times.length * share) - 1] ?? NaN)

/** A process, a person who looks at it, and the stream they hold open. */
type Seat = {
  readonly isOn: () => Promise<boolean>
  readonly gate: () => Promise<number>
  readonly flag: () => Promise<string>
  readonly stream: OpenStream
}

const seatAt = async ({ address, person, server }: ServerProcess, userId: string): Promise<Seat> => {
  const own = await person(userId)
  const check = { userId, gate: 'publish', route: '/publish' }
  const context = { targetingKey: userId }
  return {
    isOn: async () => (await own('GET', '/api/onboarding')).body.features.enabled,
    gate: async () => (await server('POST', '/api/gates/check', check)).status,
    flag: async () => (await own('POST', '/ofrep/v1/evaluate/flags/shop', { context })).body.reason,
    stream: await openStream(address, await tokenOf(userId)),
  }
}

forEachPostgres((_, url) => {
  describe.each(['are heard', 'are lost'])('notices between processes %s', (notices) => {
    let servers: ServerProcess[]
    let seats: Seat[]
    let between: WithoutNotices

    beforeAll(async () => {
      between = await startWithoutNotices(url)
      const settings = {
        DATABASE_URL: notices === 'are heard' ? url : between.url,
        BOARDWALK_SCHEMA: freshSchema(),
        BOARDWALK_DATABASE_CONNECTIONS: '4',
      }
      servers = []
      for (let n = 0; n < processes; n++) servers.push(await startServer(settings))
      await publishFlow(servers[0]!.server, {
        name: 'shop',
        steps: [{ id: 'pay', title: 'Pay', required: true }],
        gates: { publish: { steps: ['pay'], critical: true } },
      })
      seats = await Promise.all(servers.map((server, n) => seatAt(server, `person-${n}`)))
    }, 120_000)
    afterAll(async () => {
      seats.forEach(({ stream }) => stream.hangUp())
      await Promise.all(servers.map((server) => server.stop()))
      between.stop()
    })

    test(`${rounds} kills in one process are effective in all ${processes}`, async () => {
      for (const { isOn } of seats) expect(await isOn()).toBe(true)
      const times: Record<'read' | 'gate' | 'flag' | 'stream', number[]> = {
        read: [],
        gate: [],
        flag: [],
        stream: [],
      }
      const changesNow = (): number[] => seats.map(({ stream }) => stream.changes())
      const heardSince = async (before: readonly number[]): Promise<void> =>
        expect.poll(() => changesNow().every((now, n) => now > before[n]!), soon).toBe(true)
      for (let round = 0; round < rounds; round++) {
        const before = changesNow()
        const began = performance.now()
        await servers[0]!.server('POST', '/api/admin/release/shop/kill', { reason: `round ${round}` })
        const seen = async <Value>(
          what: keyof typeof times,
          ask: () => Promise<Value> | Value,
          wanted: Value,
        ): Promise<void> => {
          await expect.poll(ask, soon).toBe(wanted)
          times[what].push(performance.now() - began)
        }
        await Promise.all(
          seats.flatMap(({ isOn, gate, flag, stream }, n) => [
            seen('read', isOn, false),
            seen('gate', gate, 200),
            seen('flag', flag, 'DISABLED'),
            seen('stream', () => stream.changes() > before[n]!, true),
          ]),
        )
        const killed = changesNow()
        await servers[0]!.server('PUT', '/api/admin/release/shop', { enabled: true })
        for (const { isOn } of seats) await expect.poll(isOn, soon).toBe(true)
        await heardSince(killed)
      }
      expect(between.leftOut() > 0).toBe(notices === 'are lost')
      for (const [what, all] of Object.entries(times))
        console.log(
          `notices ${notices}, kill to ${what}, n=${all.length}: p50 ${at(all, 0.5)} ms, p95 ${at(all, 0.95)} ms, ` +
            `p99 ${at(all, 0.99)} ms, max ${at(all, 1)} ms`,
        )
    }, 900_000)
  })
})
