import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openStore, payments, type House, type Visitor } from './open-store.ts'

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openStore(await open())
  })
  afterAll(() => house.stop())

  const newcomer = async (): Promise<Visitor> =>
    (await house.registered({ email: `${crypto.randomUUID()}@example.org` })).visitor
  const travel = (visitor: Visitor, days: unknown) => visitor.post('/api/store/clock', { days })
  const nudgeOf = async (visitor: Visitor) => (await visitor.get('/api/onboarding')).body.nudge

  test('a snooze of seven days holds after six and is over after eight; back in the present it holds again', async () => {
    const visitor = await newcomer()
    expect((await visitor.post('/api/onboarding/nudge/snooze')).status).toBe(200)
    const seen = []
    for (const days of [0, 6, 8, 0]) {
      expect(await travel(visitor, days)).toMatchObject({ status: 200, body: { daysAhead: days } })
      seen.push((await nudgeOf(visitor)).visible)
    }
    expect(seen).toEqual([false, false, true, false])
  })

  test('people stay signed in on the way there and back, and new ones come', async () => {
    const before = await newcomer()
    await travel(before, 60)
    const during = await newcomer()
    expect((await before.get('/api/store')).status).toBe(200)
    await travel(during, 0)
    for (const visitor of [before, during]) expect((await visitor.get('/api/store')).status).toBe(200)
    expect((await during.get('/api/onboarding')).body.nudge.visible).toBe(true)
  })

  test('what is done in the future stays done in the present, and one key makes one order in both', async () => {
    const visitor = await newcomer()
    await travel(visitor, 8)
    const { person } = (await visitor.get('/api/store')).body
    const code = new URL(person.verificationLink, 'http://x').searchParams.get('code')
    await visitor.post('/api/store/payments', payments)
    await visitor.post('/api/store/account/verify-email', { code })
    const key = { 'idempotency-key': 'once' }
    const first = await visitor.post('/api/store/checkout', {}, key)
    await travel(visitor, 0)
    const again = await visitor.post('/api/store/checkout', {}, key)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body).toEqual(first.body)
    const { body } = await visitor.get('/api/onboarding')
    expect(body).toMatchObject({ status: 'completed' })
    const skip = await visitor.call('PATCH', '/api/onboarding/steps/theme', { status: 'skipped' })
    expect(skip.status).toBe(200)
  })

  test('only who is signed in sets the clock', async () => {
    expect((await travel(house.visitor(), 1)).status).toBe(401)
  })

  test.each([[-1], [61], [0.5], ['1'], [null], [undefined], [Number.MAX_SAFE_INTEGER], [[1]]])(
    '%j days are refused, and the clock stays',
    async (days) => {
      const visitor = await newcomer()
      expect(await travel(visitor, days)).toMatchObject({
        status: 400,
        body: { problems: { days: expect.any(String) } },
      })
      expect((await nudgeOf(visitor)).visible).toBe(true)
    },
  )

  test('another site’s page does not set it', async () => {
    const visitor = await newcomer()
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await visitor.post('/api/store/clock', { days: 1 }, headers)).status).toBe(403)
  })
})
