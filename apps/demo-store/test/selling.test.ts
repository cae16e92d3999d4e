import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { apiKey, openStore, payments, type House, type Visitor } from './open-store.ts'

const stepOf = async (visitor: Visitor, id: string): Promise<any> =>
  (await visitor.get('/api/onboarding')).body.steps.find((step: { id: string }) => step.id === id)

forEachDatabase((_, open) => {
  let house: House
  let people = 0
  const newcomer = (more: object = {}, language?: string) => {
    people += 1
    return house.registered({ email: `person-${people}@example.org`, ...more }, language)
  }
  const verify = (visitor: Visitor, view: any) => {
    const code = new URL(view.person.verificationLink, 'http://x').searchParams.get('code')
    return visitor.post('/api/store/account/verify-email', { code })
  }
  beforeAll(async () => {
    house = await openStore(await open())
  })
  afterAll(() => house.stop())

  test('publishing waits for payments: 409 with the way there, then 200', async () => {
    const { visitor } = await newcomer({}, 'fr')
    const blocked = await visitor.post('/api/store/publish')
    expect(blocked).toMatchObject({
      status: 409,
      body: {
        type: 'urn:boardwalk:problem:PRECONDITION_REQUIRED',
        error: 'PRECONDITION_REQUIRED',
        message: 'Vous devez configurer les paiements avant de publier votre boutique',
        missingStep: 'payments',
        missingSteps: ['payments'],
        action: { type: 'open_modal', modal: 'payments_setup', prefill: { country: 'FR' } },
        correlationId: expect.any(String),
      },
    })
    expect(blocked.headers.get('content-type')).toContain('application/problem+json')
    expect((await visitor.get('/api/store')).body.store.publishedAt).toBeNull()

    expect(await visitor.post('/api/store/payments', payments)).toMatchObject({
      status: 200,
      body: { store: { payments: { country: 'FR', ending: '0189' } } },
    })
    const published = await visitor.post('/api/store/publish')
    expect(published).toMatchObject({ status: 200, body: { store: { publishedAt: expect.any(String) } } })
    expect((await visitor.post('/api/store/publish')).body).toEqual(published.body)
  })

  test('checkout waits for two steps; one key makes one order', async () => {
    const { visitor, view } = await newcomer()
    expect((await visitor.post('/api/store/checkout')).body).toMatchObject({
      missingStep: 'email_verification',
      missingSteps: ['email_verification', 'payments'],
      action: { type: 'redirect', url: '/account/email' },
    })
    await visitor.post('/api/store/payments', payments)
    await verify(visitor, view)
    const order = (key?: string) =>
      visitor.post('/api/store/checkout', {}, key === undefined ? {} : { 'idempotency-key': key })
    const first = await order('one')
    expect(first).toMatchObject({ status: 201, body: { totalCents: 7450, currency: 'EUR' } })
    expect(await order('one')).toMatchObject({ status: 200, body: first.body })
    const both = await Promise.all([order('two'), order('two')])
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 201])
    expect(new Set([...both, first].map(({ body }) => body.number)).size).toBe(2)
    expect((await order()).body.number).not.toBe((await order()).body.number)
    const { testOrders } = (await visitor.get('/api/store')).body
    expect(testOrders).toEqual({ count: 4, totalCents: 4 * 7450 })
  })

  test('what is done in the store is a step done, proved by the store', async () => {
    const { visitor, view } = await newcomer({ market: 'DE' })
    const done = [
      ['theme', () => visitor.post('/api/store/theme', { theme: 'sand' })],
      ['product', () => visitor.post('/api/store/products', { name: 'Rope', price: '7,50' })],
      ['domain', () => visitor.post('/api/store/domain', { domain: 'WWW.Example.org' })],
      ['impressum', () => visitor.post('/api/store/legal', { impressum: 'Ada Lovelace\n1 Harbour Street' })],
      ['email_verification', () => verify(visitor, view)],
      ['payments', () => visitor.post('/api/store/payments', { ...payments, country: 'DE' })],
    ] as const
    for (const [id, act] of done) {
      expect((await stepOf(visitor, id)).status).toBe('todo')
      expect((await act()).status).toBe(200)
      expect(await stepOf(visitor, id)).toMatchObject({ status: 'done', completedBy: view.person.id })
    }
    expect((await visitor.get('/api/onboarding')).body).toMatchObject({ status: 'completed', progress: 100 })
    expect((await visitor.get('/api/store')).body).toMatchObject({
      person: { emailVerified: true },
      store: { theme: 'sand', domain: 'www.example.org' },
      products: [{}, {}, {}, { name: 'Rope', priceCents: 750 }],
    })
    const timeline = await house
      .visitor()
      .call('GET', `/api/admin/people/${view.person.id}/timeline`, undefined, {
        authorization: `Bearer ${apiKey}`,
      })
    expect(JSON.stringify(timeline.body)).not.toMatch(/FR76|Harbour Street|example\.org/)
  })

  test('a step that this person does not have is no reason to refuse what the store can do', async () => {
    const { visitor } = await newcomer({ market: 'FR' })
    const impressum = 'Ada Lovelace, 1 Harbour Street'
    expect(await visitor.post('/api/store/legal', { impressum })).toMatchObject({
      status: 200,
      body: { store: { impressum } },
    })
  })

  test('only the owner sets up payments; staff see the owner’s doing, and who did it', async () => {
    const owner = await newcomer()
    const invite = new URL(owner.view.store.invitationLink, 'http://x').searchParams.get('invite')
    const staff = await newcomer({ role: 'staff', invite })
    expect(await staff.visitor.post('/api/store/payments', payments)).toMatchObject({
      status: 403,
      body: { error: 'owner_only' },
    })
    expect(await stepOf(staff.visitor, 'payments')).toMatchObject({ allowed: false, roleRestricted: 'owner' })
    expect((await staff.visitor.post('/api/store/publish')).status).toBe(409)
    await owner.visitor.post('/api/store/payments', payments)
    expect(await stepOf(staff.visitor, 'payments')).toMatchObject({
      status: 'done',
      completedBy: owner.view.person.id,
    })
    expect((await staff.visitor.post('/api/store/publish')).status).toBe(200)
  })

  test.each([
    ['payments', { ...payments, iban: 'money' }, ['iban']],
    ['payments', { ...payments, iban: '' }, ['iban']],
    ['payments', {}, ['country', 'holder', 'iban']],
    ['theme', { theme: 'loud' }, ['theme']],
    ['theme', { theme: null }, ['theme']],
    ['products', { name: '', price: '0' }, ['name', 'price']],
    ['products', { name: 'Rope', price: '-1' }, ['price']],
    ['products', { name: 'Rope', price: '1e9' }, ['price']],
    ['products', { name: 'Rope', price: false }, ['price']],
    ['domain', { domain: 'https://example.org' }, ['domain']],
    ['domain', { domain: 'localhost' }, ['domain']],
    ['legal', { impressum: 'short' }, ['impressum']],
    ['account/verify-email', { code: 'wrong' }, ['code']],
    ['account/verify-email', { code: ['a'] }, ['code']],
  ])('%s refuses %j', async (path, body, fields) => {
    const { visitor } = await newcomer()
    const answer = await visitor.post(`/api/store/${path}`, body)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid' } })
    expect(Object.keys(answer.body.problems).sort()).toEqual(fields)
  })

  test.each([
    ['products', { name: 'Rope', price: 1 }],
    ['checkout', {}],
  ])('an Idempotency-Key that is kept with %s has 1 to 255 characters', async (path, body) => {
    const { visitor, view } = await newcomer()
    await visitor.post('/api/store/payments', payments)
    await verify(visitor, view)
    const sent = (key: string) => visitor.post(`/api/store/${path}`, body, { 'idempotency-key': key })
    for (const key of ['', 'k'.repeat(256), 'k'.repeat(8000)])
      expect(await sent(key)).toMatchObject({
        status: 400,
        body: { error: 'invalid_key', message: expect.stringContaining('255') },
      })
    expect((await sent('k'.repeat(255))).status).toBeLessThan(300)
    const kept = await readFile(join(house.dataFolder, 'store.json'), 'utf8')
    expect(kept).not.toContain('k'.repeat(256))
  })

  test('a product sent twice with one key is one product; a store holds a hundred', async () => {
    const { visitor } = await newcomer()
    const add = (key: string) =>
      visitor.post('/api/store/products', { name: 'Rope', price: 1 }, { 'idempotency-key': key })
    await add('same')
    expect((await add('same')).body.products).toHaveLength(4)
    for (let count = 4; count < 100; count += 1) await add(`key-${count}`)
    expect(await add('one too many')).toMatchObject({ status: 409, body: { error: 'full' } })
    expect((await visitor.get('/api/store')).body.products).toHaveLength(100)
  })
})
