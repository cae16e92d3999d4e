import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '@boardwalk/store'
import { forEachDatabase, forEachPostgres } from '@boardwalk/store/test-kit'
import { startMailReceiver } from './mail-receiver.ts'
import { answering, startReceiver, type Receiver } from './receiver.ts'
import { watchedFlow, watchedHouse, type WatchedHouse } from './watched-house.ts'

const soon = { interval: 50 }
const from = 'alerts@shop.example'
const sooner = {
  name: 'try_alerts_sooner',
  text: 'update alert_message set next_at = clock_timestamp() where next_at is not null',
}

const later = {
  name: 'try_alerts_later',
  text: `
    update alert_message set next_at = clock_timestamp() + interval '1 hour'
    where attempts > 0 and next_at is not null returning id`,
}

forEachDatabase((_, open) => {
  let database: Database
  let house: WatchedHouse
  let hook: Receiver
  let slack: Receiver
  let post: Awaited<ReturnType<typeof startMailReceiver>>
  let laterMs = 0

  beforeEach(async () => {
    ;[hook, slack, post] = await Promise.all([startReceiver(), startReceiver(), startMailReceiver()])
    laterMs = 0
    database = await open()
    house = await watchedHouse(database, {
      mail: { url: post.url, from },
      clock: () => Date.now() + laterMs,
    })
    await house.publish(watchedFlow('shop'))
    await house.set('shop', {
      windowMinutes: 2,
      // Requests are written down while they come: before all have, nothing is said.
      minimumSample: 200,
      automaticRollback: 'off',
      receivers: [
        { id: 'host', kind: 'webhook', to: `${hook.url}?token=secret` },
        { id: 'channel', kind: 'slack', to: slack.url },
        { id: 'on-call', kind: 'email', to: 'on-call@shop.example' },
      ],
    })
  })
  afterEach(async () => {
    await house.boardwalk.stop()
    await Promise.all([hook.stop(), slack.stop(), post.stop()])
  })

  const alerts = async (query = ''): Promise<any[]> =>
    (await house.server('GET', `/api/admin/alerts${query}`)).body.items
  const rules = async (query = ''): Promise<string[]> => (await alerts(query)).map(({ rule }) => rule)

  test('whoever is to be told is told when an alert fires, and when it is over', async () => {
    await house.answer(200, 6)
    await expect.poll(() => hook.received, soon).toHaveLength(1)
    await expect.poll(() => slack.received, soon).toHaveLength(1)
    await expect.poll(() => post.mails, soon).toHaveLength(1)
    expect(hook.received[0]).toMatchObject({
      headers: { 'content-type': 'application/json' },
      body: {
        type: 'alert.firing',
        flow: 'shop',
        rule: 'api-errors',
        severity: 'critical',
        incident: null,
        message: 'flow "shop" API errors 3 % of 200, above 1 %',
      },
    })
    expect(slack.received[0]!.body).toEqual({
      text: 'critical: flow "shop" API errors 3 % of 200, above 1 %',
    })
    expect(post.mails[0]).toMatchObject({ from, to: 'on-call@shop.example' })
    expect(post.mails[0]!.body).toMatch(/^message: flow "shop" API errors 3 % of 200, above 1 %$/m)
    const [alert] = (await house.health('shop')).alerts
    expect(alert).toMatchObject({ rule: 'api-errors', severity: 'critical', lastToldAt: expect.any(String) })
    expect(await alerts('?firing=true&flow=shop')).toEqual([alert])
    laterMs += 120_000
    await house.answer(200, 0)
    await expect.poll(() => hook.types(), soon).toEqual(['alert.firing', 'alert.cleared'])
    expect((await house.health('shop')).alerts).toEqual([])
    expect(await alerts('?firing=false')).toMatchObject([{ id: alert.id, clearedAt: expect.any(String) }])
    expect(new Set(hook.received.map(({ id }) => id)).size).toBe(2)
  })

  test('an alert fires once, however often it is found', async () => {
    await house.answer(200, 6)
    await expect.poll(() => rules(), soon).toEqual(['api-errors'])
    await house.answer(200, 6)
    await expect.poll(() => hook.received, soon).toHaveLength(1)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await rules()).toEqual(['api-errors'])
    expect(hook.received).toHaveLength(1)
  })

  test('what a receiver does not take is sent again, under the same id', async () => {
    hook.state.behave = answering(500)
    await house.answer(200, 6)
    await expect.poll(() => hook.received, soon).toHaveLength(1)
    hook.state.behave = answering(204)
    await expect
      .poll(async () => {
        await database.query(sooner)
        return hook.received.length
      }, soon)
      .toBe(2)
    expect(new Set(hook.received.map(({ id }) => id)).size).toBe(1)
  })

  test('that an alert is over is told after it was told that it fires, however long that takes', async () => {
    hook.state.behave = answering(500)
    await house.answer(200, 6)
    await expect.poll(() => hook.received, soon).toHaveLength(1)
    await expect.poll(() => database.query(later), soon).toHaveLength(1)
    hook.state.behave = answering(204)
    laterMs += 120_000
    await house.answer(200, 0)
    await expect.poll(() => slack.received, soon).toHaveLength(2)
    await house.checks(3)
    expect(hook.types()).toEqual(['alert.firing'])
    await database.query(sooner)
    await expect.poll(() => hook.types(), soon).toEqual(['alert.firing', 'alert.firing', 'alert.cleared'])
  })

  test('while alerts are silenced nobody is told of them; of a rollback they are', async () => {
    await house.set('shop', { silencedUntil: '2199-01-01T00:00:00Z' })
    await house.answer(200, 6)
    await expect.poll(() => rules(), soon).toEqual(['api-errors'])
    expect(hook.received).toEqual([])
    await house.set('shop', { automaticRollback: 'on' })
    await house.answer(200, 200)
    await expect.poll(() => hook.received, soon).toHaveLength(1)
    expect(hook.received[0]!.body).toMatchObject({
      severity: 'critical',
      incident: expect.any(String),
      message: expect.stringMatching(/^flow "shop" is switched off: API errors/),
    })
    await house.set('shop', { silencedUntil: null })
    await expect.poll(() => hook.received, soon).toHaveLength(2)
  })

  test('a rule that is no more fires no more; a receiver that is no more hears nothing', async () => {
    hook.state.behave = answering(500)
    await house.answer(200, 6)
    await expect.poll(() => hook.received, soon).toHaveLength(1)
    await house.set('shop', { alerts: [], receivers: [] })
    await expect.poll(() => alerts('?firing=true'), soon).toEqual([])
    await database.query(sooner)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(hook.received).toHaveLength(1)
  })

  test('pages of alerts go on where the last ended', async () => {
    await house.publish({ ...watchedFlow('bank'), audience: { plan: 'bank' } })
    await house.answer(200, 6)
    await expect.poll(() => rules(), soon).toHaveLength(2)
    const first = (await house.server('GET', '/api/admin/alerts?limit=1')).body
    const second = (await house.server('GET', `/api/admin/alerts?limit=1&cursor=${first.nextCursor}`)).body
    expect(second.nextCursor).toBeUndefined()
    expect(new Set([first.items[0].flow, second.items[0].flow])).toEqual(new Set(['bank', 'shop']))
  })

  describe('settings', () => {
    test('say where receivers are, but not how to send there', async () => {
      const { body } = await house.server('GET', '/api/admin/health/shop/settings')
      expect(body.receivers.map(({ to }: any) => to)).toEqual([
        `http://127.0.0.1:${hook.port}/…`,
        `http://127.0.0.1:${slack.port}/…`,
        'on-call@shop.example',
      ])
      expect(JSON.stringify(body)).not.toContain('secret')
    })

    test('keep the address of a receiver that is named without one', async () => {
      const receivers = [{ id: 'host', kind: 'webhook' }]
      expect((await house.set('shop', { receivers })).status).toBe(200)
      await house.answer(200, 6)
      await expect.poll(() => hook.received, soon).toHaveLength(1)
      expect(slack.received).toEqual([])
    })

    test('keep the address of a receiver that is sent back as it was read', async () => {
      const { receivers } = (await house.server('GET', '/api/admin/health/shop/settings')).body
      expect((await house.set('shop', { receivers })).status).toBe(200)
      await house.answer(200, 6)
      await expect.poll(() => hook.received, soon).toHaveLength(1)
      expect(hook.received[0]!.url).toContain('token=secret')
    })

    test.each([
      [{ id: 'new', kind: 'webhook' }, 400],
      [{ id: 'host', kind: 'slack' }, 400],
      [{ id: 'x', kind: 'webhook', to: 'ftp://shop.example' }, 400],
      [{ id: 'x', kind: 'webhook', to: 'http://u:p@shop.example' }, 400],
      [{ id: 'x', kind: 'webhook', to: 'http://10.0.0.1/' }, 422],
      [{ id: 'x', kind: 'slack', to: 'http://169.254.169.254/latest' }, 422],
      [{ id: 'x', kind: 'email', to: 'not a mailbox' }, 400],
      [{ id: 'x', kind: 'email', to: 'a@b.example\r\nRCPT TO:<c@d.example>' }, 400],
      [{ id: 'x', kind: 'email', to: 'a@b.example>' }, 400],
      [{ id: 'x', kind: 'pigeon', to: 'loft' }, 400],
    ])('refuse a receiver such as %j', async (receiver, status) => {
      const before = (await house.server('GET', '/api/admin/health/shop/settings')).body
      expect(await house.set('shop', { receivers: [receiver] })).toMatchObject({ status })
      expect((await house.server('GET', '/api/admin/health/shop/settings')).body).toEqual(before)
    })
  })
})

forEachDatabase((_, open) => {
  test('without a mail server nobody can be told by mail', async () => {
    const house = await watchedHouse(await open())
    await house.publish(watchedFlow('shop'))
    const receivers = [{ id: 'x', kind: 'email', to: 'on-call@shop.example' }]
    const refused = await house.set('shop', { receivers })
    expect(refused).toMatchObject({ status: 400, body: { message: expect.stringContaining('SMTP_URL') } })
    await house.boardwalk.stop()
  })
})

const rounds = 20

forEachPostgres((_, url, open) => {
  test(`of two who watch one acts, ${rounds} times`, async () => {
    const { schema } = await open()
    const houses = await Promise.all(
      [1, 2].map(async () => watchedHouse(await openDatabase({ url, schema, connections: 4 }))),
    )
    const [house] = houses as [WatchedHouse, WatchedHouse]
    await house.publish(watchedFlow('first'))
    await house.answer(300, 200)
    for (let round = 0; round < rounds; round++)
      await house.publish({ ...watchedFlow(`flow${round}`), audience: { plan: `p${round}` } })
    for (let round = 0; round < rounds; round++) {
      const flow = `flow${round}`
      await expect.poll(() => house.enabled(flow), soon).toBe(false)
      expect(await house.incidents(flow)).toHaveLength(1)
      const changes = (await house.server('GET', `/api/admin/release/${flow}/changes`)).body.items
      expect(changes).toMatchObject([{ kind: 'kill', by: 'watch' }])
    }
    await Promise.all(houses.map(({ boardwalk }) => boardwalk.stop()))
  })
})
