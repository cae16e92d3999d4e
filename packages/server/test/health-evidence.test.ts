import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertAlert, purgeAlerts, queueMessages, type Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { watchedFlow, watchedHouse, type WatchedHouse } from './watched-house.ts'

const soon = { interval: 50 }
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const at = '/api/admin/health/shop'

forEachDatabase((_, open) => {
  let house: WatchedHouse
  let now = 0
  // In the past, because the database has a clock of its own.
  const begins = Math.floor(Date.now() / dayMs) * dayMs - 40 * dayMs
  beforeEach(async () => {
    now = begins
    house = await watchedHouse(await open(), { clock: () => now, identify: () => undefined })
    await house.publish(watchedFlow('shop'))
    await house.set('shop', { minimumSample: 20, windowDays: 5, automaticRollback: 'dry_run' })
  })
  afterEach(() => house.boardwalk.stop())

  const iso = (ms: number): string => new Date(ms).toISOString()
  const verdict = async (rule: string): Promise<string> =>
    (await house.health('shop')).rollback.findings.find((one: any) => one.rule === rule).verdict
  const signUp = async (name: string, people: number, paying: number): Promise<void> => {
    for (let n = 0; n < people; n++) {
      const userId = `${name}-${n}`
      await house.server('PUT', `/api/users/${userId}`, { createdAt: iso(now) })
      const person = await house.person(userId)
      await person('GET', '/api/onboarding')
      if (n < paying) await person('PATCH', '/api/onboarding/steps/pay', { status: 'done' })
    }
  }
  const takeBaseline = (from: number, to: number) =>
    house.server('POST', `${at}/baseline`, { from: iso(from), to: iso(to) })
  const tell = (value: number, ms: number | string, headers = {}) =>
    house.server(
      'POST',
      `${at}/measurements`,
      { metric: 'supportTickets', value, at: typeof ms === 'string' ? ms : iso(ms) },
      headers,
    )

  test('a baseline of another event of value is none: the same people do not become a breach', async () => {
    await signUp('before', 60, 50)
    now = begins + 2 * dayMs
    await takeBaseline(begins, begins + dayMs)
    await expect.poll(() => verdict('d1'), soon).toBe('healthy')
    await house.set('shop', { valueEvent: 'merchant.first_sale' })
    const { metrics } = await house.health('shop')
    expect(await verdict('d1')).toBe('unknown')
    expect(metrics.d1ConversionRate).toMatchObject({ value: 0, of: 60, baseline: null, status: 'unknown' })
    expect(metrics.timeToValue.baseline).toBeNull()
    expect(metrics.completionRate.baseline).toBeCloseTo(50 / 60)
    await takeBaseline(begins, begins + dayMs)
    expect(await verdict('d1')).toBe('healthy')
  })

  describe('support tickets', () => {
    test('of which nobody ever told are not known', async () => {
      await signUp('before', 40, 0)
      now = begins + dayMs
      expect((await takeBaseline(begins, now)).body.metrics.supportTicketRate).toEqual({ value: null, of: 0 })
      const { metrics } = await house.health('shop')
      expect(metrics.supportTicketRate).toMatchObject({ value: null, of: 0, status: 'unknown' })
    })

    test('are known until the last day that was told of, so that who comes today hides no breach', async () => {
      await signUp('before', 40, 0)
      await tell(4, now)
      now = begins + dayMs
      await takeBaseline(begins, now)
      now = begins + 10 * dayMs
      await signUp('bad', 40, 0)
      await tell(200, now)
      expect(await verdict('tickets')).toBe('rollback')
      now += dayMs
      await signUp('next', 40, 0)
      expect(await verdict('tickets')).toBe('rollback')
      await tell(0, now)
      expect(await verdict('tickets')).toBe('healthy')
    })
  })

  test('a measurement told with more than milliseconds is taken, and again', async () => {
    const key = { 'idempotency-key': 'once' }
    for (let round = 0; round < 2; round++)
      expect(await tell(1, '2026-05-01T00:00:00.1239999+02:00', key)).toMatchObject({ status: 201 })
  })

  test('a baseline is of some years at most', async () => {
    const refused = await takeBaseline(Date.parse('0001-01-01T00:00:00Z'), begins - dayMs)
    expect(refused).toMatchObject({ status: 400 })
  })

  test('who came within the hour before the flow was switched on again is no evidence', async () => {
    await signUp('before', 60, 50)
    now = begins + 2 * dayMs
    await takeBaseline(begins, begins + dayMs)
    await house.set('shop', { automaticRollback: 'on' })
    await house.server('POST', '/api/admin/release/shop/kill', { reason: 'look at it' })
    await house.server('PUT', '/api/admin/release/shop', { enabled: true })
    // The database's clock says when it was switched on.
    const { items } = (await house.server('GET', '/api/admin/release/shop/changes')).body
    const switchedOn = Date.parse(items[0].at)
    const hour = Math.floor(switchedOn / hourMs) * hourMs
    now = Math.min(switchedOn, hour + 60_000)
    await signUp('fallen', 60, 2)
    now = hour + 26 * hourMs
    expect(await verdict('d1')).toBe('unknown')
  })
})

const judgedFlows = { name: 'judged_flows', text: 'select distinct flow from health_rule order by flow' }
const endAlert = {
  name: 'end_alert',
  text: `update alert set cleared_at = clock_timestamp() - $1::int * interval '1 day' where flow = $2`,
}
const keptMessages = { name: 'kept_messages', text: 'select flow from alert_message order by flow' }

forEachDatabase((_, open) => {
  test('every flow is looked at, though all together take longer than the watch is held', async () => {
    const database = await open()
    const slow: Database = {
      ...database,
      query: async (statement, values) => {
        if (statement.name === 'read_release_plan') await new Promise((resolve) => setTimeout(resolve, 800))
        return database.query(statement, values)
      },
    }
    const names = ['a', 'b', 'c', 'd', 'e']
    const house = await watchedHouse(slow)
    for (const name of names) await house.publish({ ...watchedFlow(name), audience: { plan: name } })
    await expect
      .poll(async () => (await database.query<{ flow: string }>(judgedFlows)).map(({ flow }) => flow), soon)
      .toEqual(names)
    await house.boardwalk.stop()
  })

  test('alerts that were over long ago are deleted, with what receivers were sent; no others', async () => {
    const database = await open()
    const house = await watchedHouse(database)
    for (const [flow, daysAgo] of [
      ['firing', null],
      ['lately', 10],
      ['long', 100],
    ] as const) {
      await house.publish({ ...watchedFlow(flow), audience: { plan: flow } })
      const id = randomUUID()
      const alert = { id, flow, rule: 'x', incident: null, severity: 'warning', message: 'x' } as const
      await insertAlert(database.query, alert)
      await queueMessages(database.query, id, flow, ['nobody'], {})
      if (daysAgo !== null) await database.query(endAlert, [daysAgo, flow])
    }
    await house.boardwalk.stop()
    await purgeAlerts(database.query, Date.now() - 90 * 86_400_000, 100)
    const kept = await database.query<{ flow: string }>(keptMessages)
    expect(kept.map(({ flow }) => flow)).toEqual(['firing', 'lately'])
  })
})
