import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  forEachPostgres,
  freshSchema,
  startWithoutNotices,
  type WithoutNotices,
} from '@boardwalk/store/test-kit'
import { createGates, type Gates } from '../../src/index.ts'
import { rawRequest } from '../../test-kit/index.ts'
import { shop } from '../boardwalk-with-shop.ts'
import { frameworks, type Host } from '../hosts.ts'
import { apiKey, asTeam, serve, type Served } from './serve.ts'

const rounds = Number(process.env['PROOF_ROUNDS'] ?? 20)
const processes = Number(process.env['PROOF_PROCESSES'] ?? 6)
const soon = { interval: 2 }
const keepMs = 60_000

const inOrder = (times: readonly number[]): number[] => [...times].sort((a, b) => a - b)
const at = (times: readonly number[], share: number): number =>
  Math.round(inOrder(times)[Math.ceil(times.length * share) - 1] ?? NaN)
const summary = (times: readonly number[]): string =>
  `n=${times.length}: p50 ${at(times, 0.5)} ms, p95 ${at(times, 0.95)} ms, p99 ${at(times, 0.99)} ms, max ${at(times, 1)} ms`

forEachPostgres((_, url) => {
  describe.each(['are heard', 'are lost'])('notices between processes %s', (notices) => {
    let servers: Served[]
    let between: WithoutNotices
    const hosts: { gates: Gates; host: Host }[] = []

    beforeAll(async () => {
      between = await startWithoutNotices(url)
      const database = notices === 'are heard' ? url : between.url
      const schema = freshSchema()
      servers = []
      for (let n = 0; n < processes; n++) servers.push(await serve(database, schema))
      expect(await asTeam(servers[0]!, 'POST', '/api/admin/flows', shop)).toBe(201)
      expect(await asTeam(servers[0]!, 'POST', '/api/admin/flows/shop/versions/1/publish')).toBe(200)
      // A host at each process, of each framework in turn, that keeps answers as long as by default.
      for (const [n, { address }] of servers.entries()) {
        const [, start] = frameworks[n % frameworks.length]!
        const boardwalk = { url: address, apiKey }
        const gates = createGates({ boardwalk, deadlineMs: 10_000, log: { warn: () => {}, error: () => {} } })
        hosts.push({ gates, host: await start(gates) })
      }
    }, 120_000)
    afterAll(async () => {
      await Promise.all(hosts.map(({ host }) => host.stop()))
      hosts.forEach(({ gates }) => gates.close())
      await Promise.all(servers.map(({ stop }) => stop()))
      between.stop()
    })

    const publish = async ({ port }: Host, userId: string): Promise<number> =>
      (await rawRequest(port, 'POST', '/stores/7/publish', { 'x-user': userId })).status
    const everywhere = (userId: string): Promise<number[]> =>
      Promise.all(hosts.map(({ host }) => publish(host, userId)))
    const kill = (): Promise<number> =>
      asTeam(servers[0]!, 'POST', '/api/admin/release/shop/kill', { reason: 'payments fail' })
    const undo = (): Promise<number> =>
      asTeam(servers[0]!, 'PUT', '/api/admin/release/shop', { enabled: true })

    /** Milliseconds until each host answers this. */
    const timesUntil = (status: number, userId: string, began: number): Promise<number[]> =>
      Promise.all(
        hosts.map(async ({ host }) => {
          await expect.poll(() => publish(host, userId), soon).toBe(status)
          return performance.now() - began
        }),
      )

    test(`${rounds} kills let those pass who were stopped at ${processes} hosts; on again, others are stopped`, async () => {
      const killed: number[] = []
      const undone: number[] = []
      for (let round = 0; round < rounds; round++) {
        const stopped = Array<number>(processes).fill(409)
        expect(await everywhere(`person-${round}`)).toEqual(stopped)
        const began = performance.now()
        expect(await kill()).toBe(200)
        killed.push(...(await timesUntil(200, `person-${round}`, began)))
        const again = performance.now()
        expect(await undo()).toBe(200)
        undone.push(...(await timesUntil(409, `other-${round}`, again)))
      }
      console.log(`notices ${notices}, kill to a host's gate, ${summary(killed)}`)
      console.log(`notices ${notices}, on again to a host's gate for who was not there, ${summary(undone)}`)
    }, 600_000)

    test('who passed while it was off passes for as long as a host keeps answers, and no longer', async () => {
      expect(await kill()).toBe(200)
      const passed = performance.now()
      expect(await everywhere('ada')).toEqual(Array<number>(processes).fill(200))
      expect(await undo()).toBe(200)
      expect(await everywhere('ada')).toEqual(Array<number>(processes).fill(200))
      await sleep(keepMs - 2_000 - (performance.now() - passed))
      const times = await timesUntil(409, 'ada', passed)
      console.log(`notices ${notices}, passed while off, stopped again after ${summary(times)}`)
      expect(Math.min(...times)).toBeGreaterThan(keepMs - 100)
    }, 120_000)
  })
})
