import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { watchedFlow, watchedHouse, type WatchedHouse } from './watched-house.ts'

const soon = { interval: 50 }
const told = {
  name: 'told_rollbacks',
  text: `select data from happening where type = 'feature.rollback' order by xid, seq`,
}
const refused = [
  ['GET', '/api/admin/health/nowhere', undefined, 404],
  ['GET', '/api/admin/health/nowhere/settings', undefined, 404],
  ['PUT', '/api/admin/health/nowhere/settings', {}, 404],
  ['GET', '/api/admin/health/nowhere/incidents', undefined, 404],
  [
    'POST',
    '/api/admin/health/nowhere/baseline',
    { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    404,
  ],
  [
    'POST',
    '/api/admin/health/nowhere/measurements',
    { metric: 'supportTickets', value: 1, at: '2026-01-01T00:00:00Z' },
    404,
  ],
  ['GET', '/api/admin/health/shop?control=market:FR', undefined, 400],
  ['GET', '/api/admin/health/shop?control=version:0', undefined, 400],
  ['GET', '/api/admin/alerts?firing=maybe', undefined, 400],
  ['GET', '/api/admin/alerts?cursor=nonsense', undefined, 400],
  ['PUT', '/api/admin/health/shop/settings', { automaticRollback: true }, 400],
  ['PUT', '/api/admin/health/shop/settings', { minimumSample: 9 }, 400],
  ['PUT', '/api/admin/health/shop/settings', { fireAfter: 0 }, 400],
  ['PUT', '/api/admin/health/shop/settings', { unknown: 1 }, 400],
  [
    'PUT',
    '/api/admin/health/shop/settings',
    { rollbacks: [{ id: 'a', metric: 'timeToValue', is: 'atMost', limit: 1 }] },
    400,
  ],
  [
    'PUT',
    '/api/admin/health/shop/settings',
    {
      rollbacks: [
        { id: 'a', metric: 'skipRate', is: 'atMost', limit: 1 },
        { id: 'a', metric: 'skipRate', is: 'atMost', limit: 1 },
      ],
    },
    400,
  ],
  [
    'POST',
    '/api/admin/health/shop/baseline',
    { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    400,
  ],
  [
    'POST',
    '/api/admin/health/shop/baseline',
    { from: '2026-01-02T00:00:00Z', to: '2199-01-01T00:00:00Z' },
    400,
  ],
  [
    'POST',
    '/api/admin/health/shop/measurements',
    { metric: 'luck', value: 1, at: '2026-01-01T00:00:00Z' },
    400,
  ],
  [
    'POST',
    '/api/admin/health/shop/measurements',
    { metric: 'supportTickets', value: -1, at: '2026-01-01T00:00:00Z' },
    400,
  ],
  ['POST', '/api/admin/health/shop/measurements', { metric: 'supportTickets', value: 1, at: 'now' }, 400],
] as const

const release = '/api/admin/release/shop'

forEachDatabase((_, open) => {
  let database: Database
  let house: WatchedHouse
  let laterMs = 0
  beforeEach(async () => {
    database = await open()
    laterMs = 0
    house = await watchedHouse(database, { clock: () => Date.now() + laterMs })
    await house.publish(watchedFlow('shop'))
  })
  afterEach(() => house.boardwalk.stop())

  const iso = (ms: number): string => new Date(ms).toISOString()
  /** What was told of rollbacks. */
  const happenings = async (): Promise<any[]> =>
    (await database.query<{ data: object }>(told)).map(({ data }) => data)
  const checks = (more: number): Promise<void> => house.checks(more)
  const rules = async (): Promise<{ [rule: string]: string }> => {
    const { rollback } = await house.health('shop')
    return Object.fromEntries(rollback.findings.map((one: any) => [one.rule, one.verdict]))
  }

  describe('a flow that nobody set anything for', () => {
    test('is healthy in nothing while nothing is known, and stays on', async () => {
      const health = await house.health('shop')
      expect(new Set(Object.values<any>(health.metrics).map(({ status }) => status))).toEqual(
        new Set(['unknown']),
      )
      expect(await rules()).toEqual({ 'api-errors': 'unknown', d1: 'unknown', tickets: 'unknown' })
      expect(health).toMatchObject({ baseline: null, alerts: [], rollback: { automatic: 'on' } })
      expect(await house.enabled('shop')).toBe(true)
    })

    test('is switched off, once and with the evidence, when requests fail', async () => {
      await house.answer(300, 150)
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      const { body } = await house.server('GET', release)
      expect(body).toMatchObject({ changedBy: 'watch', killReason: expect.stringMatching(/^API errors: \d/) })
      const { items } = (await house.server('GET', '/api/admin/audit?actor=system')).body
      expect(items).toMatchObject([
        { action: 'automaticRollback', target: { kind: 'flow', id: 'shop' }, outcome: 'done' },
      ])
      const [incident, ...others] = await house.incidents('shop')
      expect(others).toEqual([])
      expect(incident).toMatchObject({
        rule: 'api-errors',
        status: 'open',
        dryRun: false,
        reason: body.killReason,
        evidence: { rule: { limit: 0.05 }, finding: { verdict: 'rollback', proof: { limit: 0.05 } } },
      })
      expect(incident.evidence.finding.proof.bound).toBeGreaterThan(0.05)
    })
  })

  describe('the proof', () => {
    test('goes with the happening, and everybody has the flow no more, with all they did kept', async () => {
      await house.answer(300, 150)
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      const visitor = house.as(undefined)
      expect((await visitor('GET', '/api/onboarding')).body).toMatchObject({ flow: null })
      const [incident] = await house.incidents('shop')
      const { body } = await house.server('GET', '/api/admin/release/shop/changes')
      expect(body.items).toMatchObject([{ kind: 'kill', by: 'watch', reason: incident.reason }])
      const told = await happenings()
      expect(told).toHaveLength(1)
      expect(told[0]).toMatchObject({
        automatic: true,
        by: 'watch',
        reason: incident.reason,
        incident: incident.id,
        evidence: incident.evidence,
      })
      await house.server('PUT', release, { enabled: true })
      expect((await visitor('GET', '/api/onboarding')).body.flow.name).toBe('shop')
    })

    test('is not there while there are few requests, or few failures', async () => {
      // All of it in one minute: of the latest by itself it would be healthy.
      laterMs += 60_000 - (Date.now() % 60_000)
      await house.set('shop', { minimumSample: 101 })
      await house.answer(60, 60)
      await house.answer(40, 0)
      await checks(3)
      expect(await rules()).toMatchObject({ 'api-errors': 'unknown' })
      await house.set('shop', { minimumSample: 950 })
      await house.answer(850, 0)
      await expect.poll(rules, soon).toMatchObject({ 'api-errors': 'hold' })
      await checks(3)
      expect(await house.incidents('shop')).toEqual([])
      expect(await house.enabled('shop')).toBe(true)
    })

    test('is not made by requests of the team', async () => {
      for (let n = 0; n < 120; n++) await house.server('GET', '/api/admin/release/shop')
      await checks(3)
      const { metrics } = await house.health('shop')
      expect(metrics.apiErrorRate).toMatchObject({ of: 0, value: null, status: 'unknown' })
    })
  })

  describe('a person', () => {
    test('who switches it on again is not overruled, until it has been well; then it may happen again', async () => {
      await house.set('shop', { windowMinutes: 2, clearAfter: 3 })
      await house.answer(300, 150)
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      await house.server('PUT', release, { enabled: true })
      await expect.poll(async () => (await house.incidents('shop'))[0].status, soon).toBe('overruled')
      // Only minutes after that count, and they are as bad.
      laterMs += 120_000
      await house.answer(300, 150)
      await expect.poll(rules, soon).toMatchObject({ 'api-errors': 'rollback' })
      await checks(5)
      expect(await house.enabled('shop')).toBe(true)
      expect(await house.incidents('shop')).toHaveLength(1)
      laterMs += 120_000
      await house.answer(300, 0)
      await expect.poll(async () => (await house.incidents('shop'))[0].status, soon).toBe('ended')
      laterMs += 120_000
      await house.answer(300, 150)
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      const [second, first] = await house.incidents('shop')
      expect([first.status, second.status]).toEqual(['ended', 'open'])
      expect(await happenings()).toHaveLength(2)
    })
  })

  test('a person who switches it on again is not overruled by another rule about the same', async () => {
    const rule = (id: string, limit: number) => ({ id, metric: 'apiErrorRate', is: 'atMost', limit })
    await house.set('shop', { windowMinutes: 2, rollbacks: [rule('some', 0.05), rule('many', 0.1)] })
    await house.answer(300, 150)
    await expect.poll(() => house.enabled('shop'), soon).toBe(false)
    await house.server('PUT', release, { enabled: true })
    laterMs += 120_000
    await house.answer(300, 150)
    await expect.poll(rules, soon).toEqual({ some: 'rollback', many: 'rollback' })
    await checks(5)
    expect(await house.enabled('shop')).toBe(true)
    expect(await house.incidents('shop')).toMatchObject([{ rule: 'some', status: 'overruled' }])
  })

  describe('a dry run', () => {
    test('does all but switch it off, and gives way to the real thing', async () => {
      await house.set('shop', { automaticRollback: 'dry_run' })
      await house.answer(300, 150)
      await expect.poll(() => house.incidents('shop'), soon).toHaveLength(1)
      await checks(3)
      expect(await house.incidents('shop')).toMatchObject([{ dryRun: true, status: 'open' }])
      expect(await house.enabled('shop')).toBe(true)
      expect(await happenings()).toEqual([])
      const { alerts } = await house.health('shop')
      expect(alerts.map(({ message }: any) => message)).toContainEqual(expect.stringMatching(/dry run/))
      await house.set('shop', { automaticRollback: 'on' })
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      const [real, dry] = await house.incidents('shop')
      expect([dry.status, real.status, real.dryRun]).toEqual(['ended', 'open', false])
    })

    test('and off is off', async () => {
      await house.set('shop', { automaticRollback: 'off' })
      await house.answer(300, 150)
      await expect.poll(rules, soon).toMatchObject({ 'api-errors': 'rollback' })
      await checks(3)
      expect(await house.incidents('shop')).toEqual([])
      expect(await house.enabled('shop')).toBe(true)
    })
  })

  describe('compared with a baseline', () => {
    const dayMs = 86_400_000

    /** As many sign up on one day; some of them pay within it. */
    const signUp = async (name: string, people: number, paying: number, at: number): Promise<void> => {
      now = at
      for (let n = 0; n < people; n++) {
        const userId = `${name}-${n}`
        await house.server('PUT', `/api/users/${userId}`, { createdAt: new Date(now).toISOString() })
        const person = await house.person(userId)
        await person('GET', '/api/onboarding')
        if (n < paying) await person('PATCH', '/api/onboarding/steps/pay', { status: 'done' })
      }
    }

    let now = 0
    beforeEach(async () => {
      await house.boardwalk.stop()
      // In the past, because the database has a clock of its own.
      now = Date.now() - 40 * dayMs
      database = await open()
      house = await watchedHouse(database, { clock: () => now, identify: () => undefined })
      await house.publish(watchedFlow('shop'))
      await house.set('shop', { minimumSample: 20, windowDays: 5 })
    })

    test('a fall of conversion switches the flow off; a slight one does not', async () => {
      const begins = Math.floor(now / dayMs) * dayMs + dayMs
      await signUp('before', 80, 60, begins)
      now = begins + 3 * dayMs
      const range = { from: iso(begins), to: iso(begins + dayMs) }
      const taken = await house.server('POST', '/api/admin/health/shop/baseline', range)
      expect(taken.body.metrics).toMatchObject({
        d1ConversionRate: { value: 0.75, of: 80 },
        completionRate: { value: 0.75, of: 80 },
        timeToValue: { of: 80 },
      })
      await signUp('slight', 40, 27, begins + 10 * dayMs)
      now = begins + 12 * dayMs
      await expect.poll(rules, soon).toMatchObject({ d1: 'healthy' })
      expect((await house.health('shop')).metrics.d1ConversionRate).toMatchObject({
        value: 0.675,
        of: 40,
        baseline: 0.75,
        status: 'warning',
      })
      await signUp('fallen', 60, 2, begins + 20 * dayMs)
      expect(await rules()).toMatchObject({ d1: 'unknown' })
      now = begins + 22 * dayMs
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      const [incident] = await house.incidents('shop')
      expect(incident).toMatchObject({
        rule: 'd1',
        evidence: { baseline: { value: 0.75, of: 80, count: 60 } },
      })
      // Who signed up before the flow was switched on again proves nothing any more.
      await house.server('PUT', release, { enabled: true })
      await checks(3)
      expect(await rules()).toMatchObject({ d1: 'unknown' })
      expect(await house.enabled('shop')).toBe(true)
    })

    test('tickets of the host, each told once, are counted for each who entered', async () => {
      const begins = Math.floor(now / dayMs) * dayMs + dayMs
      const tell = (value: number, at: number, headers = {}) =>
        house.server(
          'POST',
          '/api/admin/health/shop/measurements',
          { metric: 'supportTickets', value, at: iso(at) },
          headers,
        )
      await signUp('before', 50, 0, begins)
      expect(await tell(10, begins, { 'idempotency-key': 'monday' })).toMatchObject({ status: 201 })
      const again = await tell(10, begins, { 'idempotency-key': 'monday' })
      expect(again.status).toBe(201)
      expect(await tell(11, begins, { 'idempotency-key': 'monday' })).toMatchObject({
        status: 422,
        body: { error: 'idempotency_mismatch' },
      })
      now = begins + dayMs
      await house.server('POST', '/api/admin/health/shop/baseline', { from: iso(begins), to: iso(now) })
      await signUp('after', 50, 0, begins + 10 * dayMs)
      const rate = async () => (await house.health('shop')).metrics.supportTicketRate
      expect(await rate()).toMatchObject({ value: null, of: 0, baseline: 0.2, status: 'unknown' })
      await tell(0, now)
      expect(await rate()).toMatchObject({
        value: 0,
        of: 50,
        baseline: 0.2,
      })
      await tell(150, now)
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      expect(await house.incidents('shop')).toMatchObject([
        { rule: 'tickets', evidence: { finding: { value: 3 } } },
      ])
    })

    test('or with people of another version at the same time', async () => {
      const begins = Math.floor(now / dayMs) * dayMs + dayMs
      await signUp('one', 40, 30, begins)
      const two = watchedFlow('shop')
      await house.publish({ ...two, steps: [...two.steps, { id: 'bank', title: 'Bank' }] })
      await signUp('two', 40, 10, begins)
      now = begins + 2 * dayMs
      const compared = async () => (await house.health('shop', '?control=version:1')).metrics.d1ConversionRate
      await expect
        .poll(compared, soon)
        .toMatchObject({ value: 0.25, of: 40, baseline: 0.75, status: 'critical' })
      expect((await house.health('shop')).metrics.d1ConversionRate).toMatchObject({ of: 80, baseline: null })
      const refused = await house.server('GET', '/api/admin/health/shop?control=arm:plain')
      expect(refused).toMatchObject({ status: 400 })
      const none = await house.health('shop', '?control=arm:plain&arm=new')
      expect(none.metrics.d1ConversionRate).toMatchObject({ of: 0, status: 'unknown', baseline: null })
    })
  })

  test('what nobody understands, and flows that nobody stored, are refused', async () => {
    for (const [method, at, body, status] of refused)
      expect([method, at, body, (await house.server(method, at, body)).status]).toEqual([
        method,
        at,
        body,
        status,
      ])
  })
})
