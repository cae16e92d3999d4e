import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase, startRedis, type RedisServer } from '@boardwalk/store/test-kit'
import {
  accountOf,
  forgetful,
  memberNames,
  openCachedHouses,
  tellingFlow,
  type CachedHouses,
} from './cached-houses.ts'
import type { Call, House } from './open-house.ts'

const runs = Number(process.env['PROOF_ANSWERS'] ?? 3)
const counts = Number(process.env['PROOF_ANSWER_COUNTS'] ?? 40)

const secondMs = 1000
const dayMs = 86_400_000

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

type Scene = {
  readonly flow: string
  readonly userId: string
  readonly colleague: string
  readonly n: number
  readonly me: Call
  readonly server: Call
  readonly houses: CachedHouses
}

const step =
  (id: string, body: object) =>
  ({ me, flow }: Scene) =>
    me('PATCH', `/api/onboarding/steps/${id}?flow=${flow}`, body)
const surface =
  (path: string) =>
  ({ me, flow }: Scene) =>
    me('POST', `/api/onboarding/${path}?flow=${flow}`)
const facts = (factsOf: (scene: Scene) => object) => (scene: Scene) =>
  scene.server('PUT', `/api/users/${scene.userId}`, factsOf(scene))
const account = (attributesOf: (scene: Scene) => object) => (scene: Scene) =>
  scene.server('PUT', `/api/accounts/${accountOf(scene.userId)}`, {
    attributes: { flow: scene.flow, ...attributesOf(scene) },
  })
const release =
  (settings: object) =>
  ({ server, flow }: Scene) =>
    server('PUT', `/api/admin/release/${flow}`, settings)
const passing =
  (ms: number) =>
  async ({ houses }: Scene) =>
    void (houses.clock.now += ms)

const experiment = ({ flow }: Scene) => `/api/admin/experiments/x-${flow}`

/** Whatever changes what somebody reads; some of it is refused at times. */
const writes: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  'does a step': step('logo', { status: 'done' }),
  'skips a step': step('logo', { status: 'skipped' }),
  'does a step of the account': step('domain', { status: 'done' }),
  'does what proves a step': ({ server, flow, userId }) =>
    server('POST', '/api/events', { type: 'track', userId, event: `paid ${flow}` }),
  snoozes: surface('nudge/snooze'),
  unsnoozes: surface('nudge/unsnooze'),
  'dismisses the nudge': surface('nudge/dismiss'),
  'dismisses the guide': surface('guide/dismiss'),
  'restores the guide': surface('guide/restore'),
  'sees the welcome': surface('welcome/seen'),
  'skips the flow': ({ me, flow }) => me('POST', `/api/onboarding/skip?flow=${flow}`, {}),
  'resumes the flow': ({ me, flow }) => me('POST', `/api/onboarding/resume?flow=${flow}`, {}),
  consents: ({ me, n }) => me('PUT', '/api/onboarding/consent', { analytics: n % 2 === 0 }),
  'gets an attribute': facts(({ n }) => ({ attributes: { n } })),
  'gets a plan': facts(({ n }) => ({ plan: n % 2 === 0 ? 'team' : 'free' })),
  'gets a locale': facts(({ n }) => ({ locale: n % 2 === 0 ? 'fr' : 'en' })),
  'gets account attributes': account(({ n }) => ({ size: n })),
  'gets other account attributes at once': async (scene) => {
    await account(() => ({ size: 2 }))(scene)
    await account(() => ({ size: 9 }))(scene)
  },
  'reads another version': ({ houses, flow, n }) =>
    houses.cached[0].publish(tellingFlow(flow, houses.clock.now, `Logo ${n}`)),
  'is held back': release({ rolloutPercentage: 0 }),
  'is let in': release({ rolloutPercentage: 100, enabled: true }),
  'may not skip': release({ skipEnabled: false }),
  'loses the flow': ({ server, flow }) => server('POST', `/api/admin/release/${flow}/kill`, { reason: 'x' }),
  'comes into an experiment': async (scene) => {
    const { server, flow, houses } = scene
    const endsAt = new Date(houses.clock.now + 4 * dayMs).toISOString()
    const arms = [
      { id: 'a', config: { skipButtonText: 'A' } },
      { id: 'b', config: { skipButtonText: 'B' } },
    ]
    const document = { name: 'Text', flow, arms, allocation: { a: 0, b: 100 }, unit: 'account', endsAt }
    await server('PUT', experiment(scene), document)
    await server('POST', `${experiment(scene)}/start`)
  },
  'leaves an experiment': (scene) => scene.server('POST', `${experiment(scene)}/stop`, { reason: 'enough' }),
  'has a colleague who is erased': ({ server, colleague }) => server('DELETE', `/api/users/${colleague}`),
  'has a colleague who is back': ({ server, colleague }) =>
    server('PUT', `/api/users/${colleague}`, { account: accountOf(colleague) }),
  'waits seconds': passing(6 * secondMs),
  'waits days': passing(2 * dayMs + secondMs),
  'waits weeks': passing(9 * dayMs),
}

const eachOnce = Object.keys(writes).map((write, index) => ({
  write,
  who: memberNames[index % memberNames.length]!,
  through: (index % 2) as 0 | 1,
}))

let scenes = 0

/** Writes one after another, each through any process; after each, both processes are asked what is true now. */
const truthAfterEach = (houses: CachedHouses, size: number) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          write: fc.constantFrom(...Object.keys(writes)),
          who: fc.constantFrom(...memberNames),
          through: fc.constantFrom<0 | 1>(0, 1),
        }),
        { minLength: 12, maxLength: 12 },
      ),
      async (all) => {
        scenes += 1
        const flow = `flow${scenes}`
        const nameOf = (name: string): string => `${name}.${scenes}`
        const { server } = houses.plain
        await server('PUT', `/api/accounts/shop.${scenes}`, { attributes: { flow } })
        await houses.plain.publish(tellingFlow(flow, houses.clock.now))
        const readings = [
          { userId: nameOf('ada'), language: 'fr' },
          { userId: nameOf('bob'), language: 'en', flow },
        ]
        for (const reading of readings) for (const house of houses.cached) await houses.read(house, reading)
        for (const [n, { write, who, through }] of all.entries()) {
          const userId = nameOf(who)
          const colleague = nameOf('carl')
          const me = await houses.as(houses.cached[through], userId)
          const scene = { flow, userId, colleague, n, me, server: houses.cached[through].server, houses }
          await writes[write]?.(scene)
          for (const reading of readings) await houses.expectTruth(reading)
        }
      },
    ),
    // First every kind of write once, in both orders.
    { numRuns: size + 2, endOnFailure: true, examples: [[eachOnce], [eachOnce.toReversed()]] },
  )

/** Counts up in what somebody reads, through both processes in turn, while others read it all the time; answers how often. */
const readsDuring = async (houses: CachedHouses, most: number): Promise<number> => {
  scenes += 1
  const [flow, userId] = [`flow${scenes}`, `ada.${scenes}`]
  await houses.plain.server('PUT', `/api/accounts/shop.${scenes}`, { attributes: { flow } })
  await houses.plain.publish(tellingFlow(flow, houses.clock.now))
  let acknowledged = 0
  let reads = 0
  const write = async (): Promise<void> => {
    for (let n = 1; n <= most; n += 1) {
      await houses.cached[n % 2]!.server('PUT', `/api/users/${userId}`, { attributes: { n } })
      acknowledged = n
      // Time for an answer to be kept.
      await houses.read(houses.cached[0], { userId, language: 'en' })
    }
  }
  const read = async (house: House): Promise<void> => {
    while (acknowledged < most) {
      const least = acknowledged
      const answer = await houses.read(house, { userId, language: 'en' })
      const found = Number(/"n":(\d+)/.exec(answer)?.[1] ?? 0)
      if (found < least) throw new Error(`reads ${found} after ${least} was acknowledged`)
      reads += 1
    }
  }
  const ended = await Promise.allSettled([write(), ...[...houses.cached, ...houses.cached].map(read)])
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return reads
}

forEachDatabase((kind, open) => {
  test(`after each of many writes both processes tell what is true, in whichever it was made`, async () => {
    const houses = await openCachedHouses(open, redis.url)
    try {
      await truthAfterEach(houses, runs)
      const told = await houses.outcomes()
      process.stdout.write(
        `${kind}: 2 × ${eachOnce.length} + ${runs} × 12 writes; answers ${JSON.stringify(told)}\n`,
      )
      // Otherwise nothing was shown.
      expect(Math.min(told['hit'] ?? 0, told['stale'] ?? 0)).toBeGreaterThan(0)
    } finally {
      await houses.stop()
    }
  })

  test(`of ${counts} counts none is read that is lower than one acknowledged before`, async () => {
    const houses = await openCachedHouses(open, redis.url)
    try {
      expect(await readsDuring(houses, counts)).toBeGreaterThan(counts)
    } finally {
      await houses.stop()
    }
  })

  test('a process that does not ask for the mark is found out', async () => {
    const houses = await openCachedHouses(open, undefined, forgetful)
    try {
      await expect(truthAfterEach(houses, runs)).rejects.toThrow('Property failed')
      await expect(readsDuring(houses, counts)).rejects.toThrow('reads')
    } finally {
      await houses.stop()
    }
  })
})
