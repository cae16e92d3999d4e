import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertDeadLetter, type Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const rounds = Number(process.env['PROOF_CONSENTS'] ?? 20)
const burst = 40

const observing = ['shop.seen', 'shop.told', 'shop.late', 'onboarding.viewed', 'onboarding.nudge_shown']

forEachPostgres((_, url, open) => {
  let servers: [ServerProcess, ServerProcess]
  let database: Database
  beforeAll(async () => {
    database = await open()
    const settings = {
      DATABASE_URL: url,
      BOARDWALK_SCHEMA: database.schema,
      // Away: what came before can be taken all the same.
      KAFKA_BROKERS: '127.0.0.1:1',
      BOARDWALK_KAFKA_SOURCES: '[{"topic":"shop.late","userId":"$.user"}]',
    }
    servers = [await startServer(settings), await startServer(settings)]
    await publishFlow(servers[0].server, { name: 'start', steps: [{ id: 'profile', title: 'Profile' }] })
  })
  afterAll(() => Promise.all(servers.map((server) => server.stop())))

  const countStatement = {
    name: 'count_observed',
    text: `
      select count(*)::int as n from happening h join person p on p.id = h.person_id
      where p.user_id = $1 and h.type = any ($2::text[])`,
  }
  const observed = async (userId: string): Promise<number> =>
    (await database.query<{ n: number }>(countStatement, [userId, observing]))[0]?.n ?? -1

  const letterOf = async (userId: string): Promise<string> => {
    await database.transaction(({ query }) =>
      insertDeadLetter(query, {
        source: 'kafka',
        topic: 'shop.late',
        partition: 0,
        offset: 0,
        reason: 'It was broken.',
        userId,
        payload: Buffer.from(JSON.stringify({ user: userId })),
        headers: [],
        truncated: false,
      }),
    )
    const { body } = await servers[0].server('GET', `/api/users/${userId}/export`)
    return body.deadLetters[0].id
  }

  test(`${rounds} × a burst of ${burst} at two processes: once a withdrawal is answered, nothing more is observed`, async () => {
    let storedInBursts = 0
    const tookMs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const userId = `shy-${round}`
      const mine = [await servers[0].person(userId), await servers[1].person(userId)] as const
      await mine[0]('PUT', '/api/onboarding/consent', { analytics: true })
      const before = await letterOf(userId)
      const observe = (n: number): Promise<unknown> => {
        const [server, me] = n % 2 === 0 ? [servers[0].server, mine[0]] : [servers[1].server, mine[1]]
        if (n % 5 === 0)
          return server('POST', '/api/events', {
            type: 'track',
            userId,
            event: 'shop.told',
            properties: { n },
          })
        return me('POST', '/api/onboarding/events', { type: observing[n % 2 === 0 ? 0 : 3], data: { n } })
      }
      const sent = Array.from({ length: burst }, (_, n) => observe(n))
      // In the middle of it, at one process or the other.
      await sent[(round * 7) % burst]
      const began = performance.now()
      const withdrawn = await mine[round % 2 === 0 ? 0 : 1]('PUT', '/api/onboarding/consent', {
        analytics: false,
      })
      tookMs.push(performance.now() - began)
      const standing = await observed(userId)
      expect(withdrawn.body.analytics).toBe(false)
      const after = Array.from({ length: 10 }, (_, n) => observe(n))
      const replayed = servers[1].server('POST', `/api/admin/dead-letters/${before}/replay`)
      await Promise.all([...sent, ...after, replayed])
      expect((await replayed).body).toEqual({ outcome: 'applied' })
      expect(await observed(userId)).toBe(standing)
      storedInBursts += standing
      const { consentChanges } = (await servers[0].server('GET', `/api/users/${userId}/export`)).body
      expect(consentChanges).toMatchObject([{ analytics: true }, { analytics: false }])
    }
    expect(storedInBursts).toBeGreaterThan(0)
    const slowest = Math.round(Math.max(...tookMs))
    console.log(
      `consent: n=${rounds} withdrawals in bursts of ${burst}, ${storedInBursts} observed before, 0 after; slowest answer ${slowest} ms`,
    )
  })
})
