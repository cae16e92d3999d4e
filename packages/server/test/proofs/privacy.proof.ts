import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { openDatabase } from '@boardwalk/store'
import { startPostgres, startRedis } from '@boardwalk/store/test-kit'
import { canariesIn, liveWithCanaries, openCanaryHouse, tablesWith, userIdOf } from '../canaries.ts'
import { startReceiver } from '../receiver.ts'
import { publishFlow, startServer } from './server-process.ts'

/** All that a Redis holds, as text. */
const redisText = async (url: string): Promise<string> => {
  const redis = new Redis(url)
  const texts: string[] = []
  for (const key of await redis.keys('*'))
    texts.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '')
  redis.disconnect()
  return texts.join('\n')
}

/** How often the text stands there, also as PostgreSQL dumps bytes. */
const hits = (text: string, sought: string): number =>
  text.split(sought).length + text.split(Buffer.from(sought).toString('hex')).length - 2

test('nothing that was said of an erased person is found in a dump, a log, figures, Redis or what is told of others', async () => {
  // Debian's, because its package brings pg_dump along.
  const postgres = await startPostgres({ flavour: 'debian-15', fsync: false })
  const redis = await startRedis()
  const receiver = await startReceiver()
  const database = await openDatabase({ url: postgres.url, schema: 'boardwalk', connections: 2 })
  const log: string[] = []
  const served = await startServer({
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    BOARDWALK_LOG_LEVEL: 'debug',
    BOARDWALK_WEBHOOK_ALLOW: '127.0.0.1',
  })
  served.process.stdout?.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  const { server, person } = served
  const house = { server, person, publish: (document: object) => publishFlow(server, document).then(() => 1) }
  const exportOf = async (who: string) => (await server('GET', `/api/users/${userIdOf(who)}/export`)).body
  try {
    await openCanaryHouse(house, ['ada', 'bob'], receiver.url)
    for (const who of ['ada', 'bob']) await liveWithCanaries(house, database, who)
    const settled = async (): Promise<void> => {
      const { deliveries, tally } = await exportOf('ada')
      expect(tally).toBeDefined()
      expect(deliveries.filter(({ status }: any) => status === 'delivered').length).toBeGreaterThan(5)
    }
    await vi.waitFor(settled, { timeout: 60_000, interval: 200 })
    const canaries = new Set([...(await canariesIn(database, 'ada')).values()].flat())
    expect(canaries.size).toBeGreaterThanOrEqual(20)
    // Provoked on purpose: errors are what logs tell most of.
    const me = await person(userIdOf('ada'))
    await me('POST', '/api/onboarding/events', { type: 'canary-ada-unfit' })
    await me('PATCH', '/api/onboarding/steps/canary-ada-step', { status: 'done' })
    await server('POST', '/api/events', '{"type":"track","userId":"canary-ada-id"')

    expect((await server('DELETE', `/api/users/${userIdOf('ada')}`)).status).toBe(200)
    await me('GET', '/api/onboarding')
    await server('POST', '/api/events', {
      type: 'identify',
      userId: userIdOf('ada'),
      traits: { late: 'canary-ada-late' },
    })

    const dump = (
      await promisify(execFile)('/usr/lib/postgresql/15/bin/pg_dump', [postgres.url], { maxBuffer: 2 ** 28 })
    ).stdout
    const [webhook] = (await server('GET', '/api/admin/webhooks')).body.items
    const told = await Promise.all(
      [
        `/api/users/${userIdOf('bob')}/export`,
        '/api/admin/dead-letters',
        `/api/admin/webhooks/${webhook.id}/deliveries`,
        '/api/admin/release/start/changes',
        '/api/admin/release/start/phases',
        '/api/admin/experiments/skip/changes',
        '/api/admin/erasures',
        '/metrics',
      ].map(async (path) => JSON.stringify((await server('GET', path)).body)),
    )
    const places = {
      dump,
      // Whoever sends a correlation id wants to find it in the log.
      log: log.join('').replaceAll(/"correlationId":"[^"]*"/g, ''),
      redis: await redisText(redis.url),
      told: told.join('\n'),
    }
    expect(Object.entries(places).map(([place, text]) => [place, hits(text, 'canary-ada')])).toEqual([
      ['dump', 0],
      ['log', 0],
      ['redis', 0],
      ['told', 0],
    ])
    expect(await tablesWith(database, 'canary-ada')).toEqual([])
    // The search finds what is there.
    expect(hits(dump, 'canary-bob')).toBeGreaterThan(20)
    expect(log.join('')).toContain('onboarding.step_updated')
    console.log(
      `privacy: n=${canaries.size} canaries of one person, ${dump.length} characters of dump, ${log.join('').length} of log, 0 hits`,
    )
  } finally {
    await served.stop()
    await database.close()
    await receiver.stop()
    await redis.stop()
    await postgres.stop()
  }
})
