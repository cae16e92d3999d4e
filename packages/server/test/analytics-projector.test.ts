import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase, forEachPostgres } from '@boardwalk/store/test-kit'
import { caughtUp } from '../src/analytics/caught-up.ts'
import { openHouse, type Call, type House } from './open-house.ts'
import { figuresStored, keepLedger, notCountedYet, recount, recountLedger, totalsAmiss } from './recount.ts'

const hourMs = 3_600_000
const sale = 'merchant.first_sale'
const projections = '/api/admin/projections'

const step = (id: string, more: object = {}) => ({ id, title: id, required: true, ...more })
const versions: {
  readonly document: { name: string; steps: object[]; gates: object }
  readonly how: object
}[] = [
  {
    document: {
      name: 'shop',
      gates: { publish: { steps: ['payments'], critical: true } },
      steps: [
        step('profile'),
        step('payments', { activation: true, scope: 'account' }),
        step('theme', { required: false }),
      ],
    },
    how: {},
  },
  {
    document: {
      name: 'shop',
      gates: { publish: { steps: ['billing'], critical: true } },
      steps: [
        step('profile'),
        step('billing', { renamedFrom: 'payments', activation: true, scope: 'account' }),
        step('domain'),
      ],
    },
    how: { reopen: true },
  },
  {
    document: {
      name: 'shop',
      gates: { publish: { steps: ['billing', 'profile'], critical: true } },
      steps: [
        step('profile', { version: 2, onVersionChange: 'redo' }),
        step('billing', { activation: true, scope: 'account' }),
        step('look', { required: false }),
      ],
    },
    how: { policy: 'restart' },
  },
]

/** Numbers from 0 to 1 that are the same each time. */
const chances = (seed: number) => {
  let state = seed
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type Deed = (me: Call, userId: string, house: House) => Promise<unknown>

const settle =
  (id: string, status: string): Deed =>
  (me) =>
    me('PATCH', `/api/onboarding/steps/${id}`, { status })

const deeds: readonly Deed[] = [
  (me) => me('GET', '/api/onboarding'),
  (me) => me('PUT', '/api/onboarding/consent', { analytics: true }),
  settle('profile', 'done'),
  settle('profile', 'done'),
  settle('payments', 'done'),
  settle('billing', 'done'),
  settle('domain', 'done'),
  settle('theme', 'skipped'),
  settle('look', 'skipped'),
  (me) => me('POST', '/api/onboarding/skip'),
  (me) => me('POST', '/api/onboarding/resume'),
  (me) => me('POST', '/api/onboarding/nudge/snooze', {}),
  (me) => me('POST', '/api/onboarding/nudge/dismiss'),
  (me) => me('POST', '/api/onboarding/events', { type: 'onboarding.viewed' }),
  (me) => me('POST', '/api/onboarding/events', { type: 'onboarding.nudge_shown' }),
  (_, userId, { server }) =>
    server('POST', '/api/gates/check', { userId, gate: 'publish', route: '/publish' }),
  (_, userId, { server }) =>
    server('POST', '/api/gates/check', { userId, gate: 'publish', route: '/publish' }),
  (_, userId, { server }) =>
    server('POST', '/api/events', { type: 'track', userId, event: sale, properties: {} }),
  (_, userId, { server }) => server('PUT', `/api/users/${userId}`, { plan: 'team', account: 'one' }),
]

const publish = async ({ server }: House, index: number): Promise<void> => {
  const { document, how } = versions[index] ?? {}
  const { body } = await server('POST', '/api/admin/flows', document)
  if (body.version === undefined) throw new Error(JSON.stringify(body))
  const path = `/api/admin/flows/${body.name}/versions/${body.version}/publish`
  expect((await server('POST', path, how)).status).toBe(200)
}

/** People do this and that for some weeks, through one house or the other, while the flow changes twice; some are erased. */
const live = async (houses: readonly House[], clock: { now: number }, rounds: number): Promise<void> => {
  const chance = chances(rounds)
  const pick = <One>(some: readonly One[]): One => some[Math.floor(chance() * some.length)] as One
  for (let round = 0; round < rounds; round++) {
    const due = versions.findIndex((_, index) => round === Math.floor((index * rounds) / versions.length))
    if (due >= 0) await publish(pick(houses), due)
    clock.now += chance() * 4 * hourMs
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const house = pick(houses)
        const userId = `user-${Math.floor(chance() * 25)}`
        const claims = { market: pick(['FR', 'DE']), role: 'owner', account: `account-${userId.at(-1)}` }
        const me = await house.person(userId, claims)
        const luck = chance()
        if (luck < 0.02) await house.server('DELETE', `/api/users/${userId}`)
        else if (luck < 0.04) await house.server('PUT', `/api/users/${userId}`, { market: 'IT' })
        else await pick(deeds)(me, userId, house)
      }),
    )
  }
}

const settled = async (database: Database): Promise<void> => {
  await vi.waitFor(async () => expect(await notCountedYet(database)).toBe(0), { timeout: 60_000 })
}

// What is done for an account is told to its members a little later.
const eventually = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 60_000, interval: 500 })

const expectWhole = (database: Database): Promise<void> =>
  eventually(async () => {
    expect(await figuresStored(database, 'not c.erased')).toEqual(await recount(database))
    expect(await figuresStored(database)).toEqual(await recountLedger(database))
    expect(await totalsAmiss(database)).toEqual([])
  })

forEachDatabase((_, open) => {
  describe('what people do on the real road', () => {
    const clock = { now: Date.UTC(2026, 0, 30, 22) }
    let database: Database
    let house: House
    beforeAll(async () => {
      database = await open()
      house = await openHouse(database, { clock: () => clock.now })
      await keepLedger(database)
      await live([house], clock, 150)
      await settled(database)
      return () => house.boardwalk.stop()
    })

    test('is what the tables count, and what erased people left is what they had', async () => {
      const all = await figuresStored(database)
      for (const of of ['journey', 'step', 'duration', 'value', 'return', 'nudge', 'block'])
        expect(
          Object.keys(all).some((row) => row.startsWith(`["${of}"`)),
          of,
        ).toBe(true)
      expect(Object.keys(await figuresStored(database, 'c.erased')).length).toBeGreaterThan(100)
      await expectWhole(database)
    })

    test('counts alike when it is counted anew', async () => {
      const before = await figuresStored(database)
      const erased = await figuresStored(database, 'c.erased')
      expect((await house.server('POST', `${projections}/rebuild`)).status).toBe(202)
      await settled(database)
      expect(await figuresStored(database)).toEqual(before)
      expect(await figuresStored(database, 'c.erased')).toEqual(erased)
      expect(await totalsAmiss(database)).toEqual([])
      expect((await house.server('GET', projections)).body.items).toEqual([
        { name: 'analytics', at: expect.stringMatching(/Z$/), waiting: 0, rebuilding: false },
      ])
    })

    test.each([
      'funnel?flow=shop&by=day',
      'time-to-complete?flow=shop',
      'time-to-value?event=activation&flow=shop',
      `time-to-value?event=${sale}`,
      `conversion?event=${sale}`,
      `conversion?event=${sale}&flow=shop&version=1`,
      'retention?',
      'retention?flow=shop',
      'abandonment?flow=shop&by=day',
      'nudges?flow=shop&by=day',
      'gates?flow=shop&by=day',
    ])('is the same of all people at once and of each kind of them: %s', async (question) => {
      const ranges = ['', '&timeZone=America/New_York', '&from=2026-01-31T05:00:00Z&to=2026-02-08T17:00:00Z']
      for (const range of ranges) {
        const ask = async (more: string) => {
          const from = range.includes('from') ? '' : '&from=2026-01-01'
          const { status, body } = await house.server(
            'GET',
            `/api/admin/analytics/${question}${from}${range}${more}`,
          )
          expect({ status, body }).toMatchObject({ status: 200 })
          const { groups, groupsLeftOut, logRank, asOf, ...figures } = body
          return { figures, groups }
        }
        const [atOnce, byMarket, byRole] = [
          await ask(''),
          await ask('&compare=market'),
          await ask('&compare=role'),
        ]
        expect(JSON.stringify(atOnce.figures)).toMatch(/":[1-9]/)
        expect(byMarket.groups.length).toBeGreaterThan(1)
        expect(byMarket.figures).toEqual(atOnce.figures)
        expect(byRole.figures).toEqual(atOnce.figures)
        if (question.includes('flow') && !question.includes('version'))
          expect((await ask('&compare=version')).figures).toEqual(atOnce.figures)
      }
    })

    test('is told to whoever asks for what is held of them', async () => {
      const me = await house.person('told', { market: 'FR' })
      await me('GET', '/api/onboarding')
      await caughtUp(database.query, 30_000)
      const { body } = await house.server('GET', '/api/users/told/export')
      expect(body.tally.journeys[1].segment).toMatchObject({ flow: 'shop', version: 3, market: 'FR' })
    })
  })

  test('whoever does something and asks then finds it counted', async () => {
    const database = await open()
    const house = await openHouse(database)
    expect(await caughtUp(database.query, 0)).toEqual({ asOf: null, isCurrent: true })
    await publish(house, 0)
    for (const userId of ['ada', 'bob', 'cyd']) {
      await (
        await house.person(userId)
      )('GET', '/api/onboarding')
      expect(await caughtUp(database.query, 30_000)).toEqual({
        asOf: expect.stringMatching(/Z$/),
        isCurrent: true,
      })
      expect(await notCountedYet(database)).toBe(0)
    }
    await house.boardwalk.stop()
    await database.query({
      name: 'late',
      text: "insert into happening (type, data, at) values ('a.b', '{}', now())",
    })
    expect(await caughtUp(database.query, 50)).toMatchObject({ isCurrent: false })
  })

  test('a history from before there were figures is counted from its beginning', async () => {
    const clock = { now: Date.UTC(2026, 0, 1) }
    const database = await open()
    const house = await openHouse(database, { clock: () => clock.now })
    await keepLedger(database)
    await live([house], clock, 20)
    await house.boardwalk.stop()
    await database.transaction(({ script }) =>
      script(`
        delete from reader where name = 'analytics';
        truncate tally, journey_count, step_count, duration_count, value_count, return_count, nudge_count, block_count`),
    )
    const again = await openHouse(database, { clock: () => clock.now })
    await eventually(async () => expect(await figuresStored(database)).toEqual(await recount(database)))
    await again.boardwalk.stop()
  })
})

forEachPostgres((_, _url, open) => {
  test('two processes on one database count each thing once, also while it is counted anew', async () => {
    const clock = { now: Date.UTC(2026, 0, 30, 22) }
    const database = await open()
    const other = await open({ schema: database.schema })
    const houses = [
      await openHouse(database, { clock: () => clock.now }),
      await openHouse(other, { clock: () => clock.now }),
    ]
    await keepLedger(database)
    await live(houses, clock, 60)
    await houses[0]?.boardwalk.stop()
    const again = live(houses.slice(1), clock, 30)
    for (let times = 0; times < 3; times++) await houses[1]?.server('POST', `${projections}/rebuild`)
    await again
    await settled(database)
    await expectWhole(database)
    await houses[1]?.boardwalk.stop()
  })
})
