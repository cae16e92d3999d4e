import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  freshSchema,
  startPostgres,
  startRedis,
  type PostgresServer,
  type RedisServer,
} from '@boardwalk/store/test-kit'
import { flowFile } from '../open-house.ts'
import { startServer, type ServerProcess } from './server-process.ts'

// In full: PROOF_LIMITED_PEOPLE=200
const people = Number(process.env['PROOF_LIMITED_PEOPLE'] ?? 3)
const processes = 4
const quota = 100
/** Of each person to each process, all at once: far more than they may make. */
const asked = 150

let postgres: PostgresServer
let redis: RedisServer
let servers: ServerProcess[]
beforeAll(async () => {
  postgres = await startPostgres()
  redis = await startRedis()
  const settings = {
    DATABASE_URL: postgres.url,
    BOARDWALK_SCHEMA: freshSchema(),
    REDIS_URL: redis.url,
    BOARDWALK_REQUESTS_PER_MINUTE: String(quota),
  }
  servers = await Promise.all(Array.from({ length: processes }, () => startServer(settings)))
  const { server } = servers[0]!
  const { name, version } = (await server('POST', '/api/admin/flows', flowFile('shop'))).body
  await server('POST', `/api/admin/flows/${name}/versions/${version}/publish`)
})
afterAll(async () => {
  await Promise.all(servers.map(({ stop }) => stop()))
  await redis.stop()
  await postgres.stop()
})

/** On a busy machine a connection that is kept may be closed just when it is used again. */
const once = { connection: 'close' }

const statusesOf = async (userId: string): Promise<number[]> => {
  const calls = await Promise.all(servers.map(({ person }) => person(userId)))
  const all = calls.flatMap((call) =>
    Array.from({ length: asked }, async () => (await call('GET', '/api/onboarding', undefined, once)).status),
  )
  return Promise.all(all)
}

const passedOf = async (userId: string): Promise<number> => {
  const statuses = await statusesOf(userId)
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
  return statuses.filter((status) => status === 200).length
}

test('four processes let through what one would, at most a tenth more', async () => {
  const passed: number[] = []
  for (let index = 0; index < people; index++) passed.push(await passedOf(`healthy-${index}`))
  const worst = Math.max(...passed)
  process.stdout.write(
    `limits: n = ${people} people, ${processes} processes, ${processes * asked} requests each; ` +
      `passed ${Math.min(...passed)} to ${worst} of a quota of ${quota}\n`,
  )
  expect(Math.min(...passed)).toBe(quota)
  expect(worst).toBeLessThanOrEqual(quota * 1.1)
})

test('Redis killed among the requests never makes it more than a quota for each process', async () => {
  const passed: number[] = []
  for (let index = 0; index < people; index++) {
    const counted = passedOf(`unlucky-${index}`)
    // Among the first of its answers, somewhere.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100))
    await redis.stop()
    passed.push(await counted)
    redis = await startRedis({ port: redis.port })
  }
  process.stdout.write(
    `limits: n = ${people} people, Redis killed under each; passed ${Math.min(...passed)} to ${Math.max(...passed)}, ` +
      `at most ${processes * quota} may\n`,
  )
  expect(Math.max(...passed)).toBeLessThanOrEqual(processes * quota)
})
