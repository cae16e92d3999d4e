import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '@boardwalk/store'
import { forEachPostgres, freshSchema, startFaultProxy, startRedis } from '@boardwalk/store/test-kit'
import type { Fault, FaultProxy, RedisServer } from '@boardwalk/store/test-kit'
import { createGates, personToken, type Gates, type GatesOptions } from '../../src/index.ts'
import { apiKey, boardwalkWithShop, type ServedBoardwalk } from '../boardwalk-with-shop.ts'
import { frameworks, type Host } from '../hosts.ts'
import { rawRequest } from '../../test-kit/index.ts'

const secret = 'a secret of a proof, longer than thirty-two bytes'

// Every cell: what is away × how × who asks × whether the host asked before × whether the route is critical × framework.
const faults: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'reset' },
  { kind: 'blackhole' },
  { kind: 'slow', delayMs: 5000 },
  { kind: 'half', bytes: 20 },
  { kind: 'cut', bytes: 20 },
]

type Expected = { readonly status: number; readonly decision: string }

const routes = [
  { critical: true, path: ['POST', '/stores/7/publish'] },
  { critical: false, path: ['GET', '/preview'] },
] as const

/** `warm`: this host has asked about this person before. */
const expected = (warm: boolean, hasDone: boolean, critical: boolean): Expected => {
  if (warm && hasDone) return { status: 200, decision: 'allowed' }
  return critical ? { status: 503, decision: 'failed_closed' } : { status: 200, decision: 'failed_open' }
}

forEachPostgres((name, url) => {
  let postgres: FaultProxy
  let redis: FaultProxy
  let redisServer: RedisServer
  let api: FaultProxy
  let served: ServedBoardwalk
  let closeDatabase: () => Promise<void>
  const took: number[] = []
  let cells = 0

  beforeAll(async () => {
    const { hostname, port } = new URL(url)
    postgres = await startFaultProxy({ port: Number(port), host: hostname })
    const proxied = new URL(url)
    proxied.hostname = '127.0.0.1'
    proxied.port = String(postgres.port)
    const database = await openDatabase({
      url: proxied.href,
      schema: freshSchema(),
      connectTimeoutMs: 1000,
      statementTimeoutMs: 1000,
    })
    closeDatabase = () => database.close()
    redisServer = await startRedis()
    redis = await startFaultProxy({ port: redisServer.port })
    served = await boardwalkWithShop(database, {
      redis: { url: `redis://127.0.0.1:${redis.port}` },
      tokens: { secret },
    })
    // Answers of 503 are what is provoked here: enough of them switch the flow off, and everybody passes.
    const settings = await fetch(`${served.address}/api/admin/health/shop/settings`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ automaticRollback: 'off' }),
    })
    expect(settings.status).toBe(200)
    api = await startFaultProxy({ port: served.port })
    await served.does('done', 'profile', 'payments')
  })
  afterAll(async () => {
    await Promise.all([postgres, redis, api].map((proxy) => proxy.set({ kind: 'none' })))
    await served.stop()
    await closeDatabase()
    await Promise.all([postgres, redis, api].map((proxy) => proxy.stop()))
    await redisServer.stop()
    took.sort((a, b) => a - b)
    const at = (share: number): string => (took[Math.floor((took.length - 1) * share)] ?? 0).toFixed(0)
    console.log(
      `${name}: ${cells} cells; a gated request under a fault took ${at(0.5)} ms (median), ${at(0.99)} ms (p99), ${at(1)} ms (longest); deadline 50 ms`,
    )
  })

  const remote = (): GatesOptions['boardwalk'] => ({ url: `http://127.0.0.1:${api.port}`, apiKey })
  const targets: readonly (readonly [
    away: string,
    proxies: () => FaultProxy[],
    boardwalk: () => GatesOptions['boardwalk'],
  ])[] = [
    ['PostgreSQL, asked in process', () => [postgres], () => served.boardwalk],
    ['PostgreSQL, asked over HTTP', () => [postgres], remote],
    ['the API', () => [api], remote],
    ['PostgreSQL and the API', () => [postgres, api], remote],
    ['PostgreSQL and Redis', () => [postgres, redis], remote],
  ]

  /** Gates, and how many attempts of a kind their log has told of in all. */
  const loggedGates = (boardwalk: GatesOptions['boardwalk']) => {
    const lines: { event: string; count: number }[] = []
    const write = (line: object) => void lines.push(line as (typeof lines)[number])
    const gates = createGates({ boardwalk, log: { warn: write, error: write } })
    const told = (kind: string): number =>
      lines.reduce((sum, { event, count }) => (event === `onboarding.gate_${kind}` ? sum + count : sum), 0)
    return { gates, told }
  }

  /** The decisions of which there are more than before. */
  const countedSince = (before: ReturnType<Gates['counts']>, gates: Gates): string[] =>
    Object.entries(gates.counts()).flatMap(([kind, count]) =>
      count === before[kind as keyof typeof before] ? [] : [kind],
    )

  /** Asks through the proxies once they pass again; an outage must end by itself. */
  const untilAnswered = async (host: Host, gates: Gates): Promise<void> => {
    const userId = 'missing'
    const deadline = performance.now() + 60_000
    for (;;) {
      const { status } = await rawRequest(host.port, 'POST', '/stores/7/publish', { 'x-user': userId })
      if (status === 409) return
      if (performance.now() > deadline)
        throw new Error(`Gates do not recover: ${status} ${JSON.stringify(gates.counts())}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  for (const [away, proxies, boardwalk] of targets)
    describe(`when ${away} is away (${name})`, () => {
      beforeEach(async () => {
        await Promise.all([postgres, redis, api].map((proxy) => proxy.set({ kind: 'none' })))
      })

      for (const fault of faults)
        test(`by ${fault.kind}: the right outcome in every cell, the host alive, and back by itself`, async () => {
          const hosts = await Promise.all(
            frameworks.flatMap(([framework, start]) =>
              [false, true].map(async (warm) => {
                const { gates, told } = loggedGates(boardwalk())
                return { framework, warm, gates, told, host: await start(gates) }
              }),
            ),
          )
          const ask = (host: Host, [method, path]: readonly [string, string], userId: string) =>
            rawRequest(host.port, method, path, { 'x-user': userId })

          for (const { host, gates, warm } of hosts)
            if (warm)
              for (const { path } of routes)
                for (const [userId, decision] of [
                  ['done', 'allowed'],
                  ['missing', 'blocked'],
                ] as const)
                  // What is not critical passes undecided, too, when the machine is busy, and then nothing is kept.
                  await expect
                    .poll(async () => {
                      const before = gates.counts()
                      await ask(host, path, userId)
                      return countedSince(before, gates)
                    })
                    .toEqual([decision])

          await Promise.all(proxies().map((proxy) => proxy.set(fault)))
          for (const { framework, warm, gates, host } of hosts)
            for (const userId of ['done', 'missing'])
              for (const { critical, path } of routes) {
                host.ran.length = 0
                const before = gates.counts()
                const started = performance.now()
                const answer = await ask(host, path, userId)
                took.push(performance.now() - started)
                cells += 1
                const { status, decision } = expected(warm, userId === 'done', critical)
                const cell = `${framework}, ${warm ? 'warm' : 'cold'}, ${userId}, ${critical ? 'critical' : 'not critical'}`
                expect({ cell, status: answer.status }).toEqual({ cell, status })
                expect({ cell, counted: countedSince(before, gates) }).toEqual({ cell, counted: [decision] })
                expect(host.ran.map((run) => run.decision)).toEqual(status === 200 ? [decision] : [])
                if (status === 503) {
                  expect(answer.headers.get('retry-after')).toBe('1')
                  expect(answer.body).toMatchObject({ error: 'SERVICE_UNAVAILABLE', status: 503 })
                }
              }

          await Promise.all(proxies().map((proxy) => proxy.set({ kind: 'none' })))
          await Promise.all(hosts.map(({ host, gates }) => untilAnswered(host, gates)))
          await Promise.all(
            hosts.map(async ({ host, gates, told }) => {
              gates.close()
              for (const kind of ['failed_open', 'failed_closed'] as const)
                expect(told(kind)).toBe(gates.counts()[kind])
              await host.stop()
            }),
          )
        })
    })

  describe(`when only Redis is away (${name})`, () => {
    beforeEach(async () => {
      await Promise.all([postgres, redis, api].map((proxy) => proxy.set({ kind: 'none' })))
    })
    const known = [
      ['done', 200, 'allowed'],
      ['missing', 409, 'blocked'],
    ] as const

    for (const fault of faults)
      test(`by ${fault.kind}: gates decide as ever, and people read and change what is theirs`, async () => {
        // What is decided is at stake here: a busy machine may take its time.
        const patient = { deadlineMs: 10_000, log: { warn: () => {}, error: () => {} } }
        for (const [framework, start] of frameworks)
          for (const [way, boardwalk] of [
            ['in process', served.boardwalk],
            ['over HTTP', remote()],
          ] as const)
            for (const warm of [false, true]) {
              await redis.set({ kind: 'none' })
              const gates = createGates({ ...patient, boardwalk })
              const host = await start(gates)
              const tryAll = async (): Promise<void> => {
                for (const [userId, status, decision] of known)
                  for (const { critical, path } of routes) {
                    const before = gates.counts()[decision]
                    const answer = await rawRequest(host.port, path[0], path[1], { 'x-user': userId })
                    const cell = `${framework}, ${way}, ${warm ? 'warm' : 'cold'}, ${userId}, ${critical}`
                    expect({ cell, status: answer.status }).toEqual({ cell, status })
                    expect({ cell, counted: gates.counts()[decision] }).toEqual({ cell, counted: before + 1 })
                  }
              }
              if (warm) await tryAll()
              await redis.set(fault)
              await tryAll()
              cells += known.length * routes.length
              gates.close()
              await host.stop()
            }
        const userId = `reads-${fault.kind}`
        const headers = {
          authorization: `Bearer ${await personToken(userId, {}, { secret })}`,
          'content-type': 'application/json',
        }
        const url = `${served.address}/api/onboarding`
        for (let read = 0; read < 5; read++) expect((await fetch(url, { headers })).status).toBe(200)
        const body = JSON.stringify({ status: 'done' })
        const change = await fetch(`${url}/steps/profile`, { method: 'PATCH', headers, body })
        expect(change.status).toBe(200)
      })
  })

  test('with the API in a black hole, a thousand requests pass or stop, and hardly any of them waits for it', async () => {
    const gates = createGates({ boardwalk: remote(), log: { warn: () => {}, error: () => {} } })
    const [, start] = frameworks[0]!
    const host = await start(gates)
    await api.set({ kind: 'blackhole' })
    let waited = 0
    for (let request = 0; request < 1000; request++) {
      const before = performance.now()
      const { status } = await rawRequest(host.port, 'GET', '/preview', { 'x-user': `many-${request}` })
      if (performance.now() - before > 40) waited += 1
      expect(status).toBe(200)
    }
    console.log(`${name}: ${waited} of 1000 requests waited for the deadline; the breaker spared the others`)
    expect(gates.counts().failed_open).toBe(1000)
    await api.set({ kind: 'none' })
    await host.stop()
    gates.close()
  })
})
