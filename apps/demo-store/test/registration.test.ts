import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { apiKey, openStore, owner, type House } from './open-store.ts'

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openStore(await open())
  })
  afterAll(() => house.stop())

  test('makes a person and three products, and the onboarding answers by the cookie', async () => {
    const { visitor, view } = await house.registered({}, 'fr-FR,fr;q=0.9,en;q=0.8')
    expect(view).toMatchObject({
      person: { name: owner.name, role: 'owner', language: 'fr' },
      store: { market: 'FR', plan: 'free', currency: 'EUR', publishedAt: null, theme: null },
      members: [{ name: owner.name, role: 'owner' }],
    })
    expect(view.products.map(({ name }: { name: string }) => name)).toEqual([
      'Tote bag en lin',
      'Mug en grès',
      'Bougie en cire d’abeille',
    ])
    expect(await visitor.get('/api/onboarding')).toMatchObject({
      status: 200,
      body: { flow: { name: 'shop' }, progress: 0, position: { current: 1, total: 6 } },
    })
  })

  test('tells Boardwalk the facts, and no e-mail address', async () => {
    const { view } = await house.registered({ email: 'facts@example.org', market: 'DE', plan: 'team' })
    const told = await house
      .visitor()
      .call('GET', `/api/users/${view.person.id}/export`, undefined, { authorization: `Bearer ${apiKey}` })
    expect(told.body).toMatchObject({
      facts: { role: 'owner', plan: 'team', market: 'DE', locale: 'en', attributes: { name: owner.name } },
      account: view.store.id,
    })
    expect(JSON.stringify(told.body)).not.toContain('@')
  })

  test('sets a session cookie that scripts cannot read', async () => {
    const visitor = house.visitor()
    const { headers } = await visitor.post('/api/register', { ...owner, email: 'cookie@example.org' })
    const session = headers.getSetCookie().find((cookie) => cookie.startsWith('store_session='))
    expect(session).toMatch(/^store_session=[\w-]{43}; /)
    expect(session).toMatch(/; HttpOnly/i)
    expect(session).toMatch(/; SameSite=Lax/i)
  })

  test.each([
    ['en', { name: /^Write a name/, email: /^Write an e-mail/, market: /^Choose/, plan: /^Choose/ }],
    [
      'fr',
      {
        name: /^Indiquez un nom/,
        email: /^Indiquez une adresse/,
        market: /^Choisissez/,
        plan: /^Choisissez/,
      },
    ],
  ])('every problem at once, per field, in %s', async (language, problems) => {
    const answer = await house.visitor(language).post('/api/register', { role: 'owner', email: 'no' })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid' } })
    expect(Object.keys(answer.body.problems).sort()).toEqual(Object.keys(problems).sort())
    for (const [field, pattern] of Object.entries(problems))
      expect(answer.body.problems[field]).toMatch(pattern)
  })

  test.each([
    ['name', ''],
    ['name', '   '],
    ['name', 'x'.repeat(81)],
    ['name', 'a\u0000b'],
    ['name', '\ud800'],
    ['name', 0],
    ['name', null],
    ['name', ['Ada']],
    ['email', 'ada'],
    ['email', 'ada@'],
    ['email', 'ada@example'],
    ['email', 'a da@example.org'],
    ['email', `${'x'.repeat(250)}@example.org`],
    ['role', 'admiral'],
    ['role', false],
    ['market', 'XX'],
    ['market', '__proto__'],
    ['plan', 'gold'],
  ])('%s %j is refused', async (field, value) => {
    const answer = await house
      .visitor()
      .post('/api/register', { ...owner, email: 'x@example.org', [field]: value })
    expect(answer.status).toBe(400)
    expect(Object.keys(answer.body.problems)).toEqual([field])
  })

  test('the same e-mail address twice: 409, and where to sign in; in whatever case', async () => {
    await house.registered({ email: 'twice@example.org' })
    expect(
      await house.visitor().post('/api/register', { ...owner, email: ' TWICE@example.org ' }),
    ).toMatchObject({
      status: 409,
      body: { error: 'email_taken', link: '/sign-in?email=twice%40example.org' },
    })
  })

  test('of two who register one address at once, one gets it', async () => {
    const form = { ...owner, email: 'race@example.org' }
    const answers = await Promise.all([1, 2, 3].map(() => house.visitor().post('/api/register', form)))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409])
  })

  test('staff join by an invitation, take market and plan from the store, and make no products', async () => {
    const { view } = await house.registered({ email: 'boss@example.org', market: 'DE', plan: 'team' })
    const invite = new URL(view.store.invitationLink, 'http://x').searchParams.get('invite')
    const staff = {
      name: 'Ben',
      email: 'ben@example.org',
      role: 'staff',
      invite,
      market: 'US',
      plan: 'business',
    }
    const joined = await house.visitor().post('/api/register', staff)
    expect(joined).toMatchObject({
      status: 201,
      body: {
        person: { role: 'staff' },
        store: { id: view.store.id, market: 'DE', plan: 'team', invitationLink: null },
        products: view.products,
        members: [{ role: 'owner' }, { name: 'Ben', role: 'staff' }],
      },
    })
  })

  test.each([[undefined], [''], ['nobody-gave-this'], [{}]])('invitation %j is refused', async (invite) => {
    const staff = { name: 'Ben', email: 'eve@example.org', role: 'staff', invite }
    const answer = await house.visitor().post('/api/register', staff)
    expect(answer).toMatchObject({ status: 400, body: { problems: { invite: expect.any(String) } } })
  })

  test('signing out and in again; somebody unknown cannot', async () => {
    const { visitor } = await house.registered({ email: 'again@example.org' })
    const old = visitor.cookies.get('store_session')!
    expect((await visitor.post('/api/sign-out')).status).toBe(204)
    expect((await visitor.get('/api/store')).status).toBe(401)
    visitor.cookies.set('store_session', old)
    expect((await visitor.get('/api/store')).status).toBe(401)
    expect((await visitor.post('/api/sign-in', { email: 'Again@example.org' })).status).toBe(200)
    expect((await visitor.get('/api/store')).status).toBe(200)
    expect(await visitor.post('/api/sign-in', { email: 'nobody@example.org' })).toMatchObject({
      status: 400,
      body: { problems: { email: expect.any(String) } },
    })
  })

  test.each([
    ['signing in', '/api/sign-in', { email: 'shared@example.org' }],
    ['registering', '/api/register', { ...owner, email: 'second@example.org' }],
  ])('%s ends the session that the browser had before', async (_name, path, body) => {
    if (path === '/api/sign-in') await house.registered({ email: body.email })
    const { visitor } = await house.registered({ email: `${crypto.randomUUID()}@example.org` })
    const old = visitor.cookies.get('store_session')!
    expect((await visitor.post(path, body)).status).toBeLessThan(300)
    expect(visitor.cookies.get('store_session')).not.toBe(old)
    expect((await visitor.get('/api/store')).body.person.email).toBe(body.email)
    const thief = house.visitor()
    thief.cookies.set('store_session', old)
    expect((await thief.get('/api/store')).status).toBe(401)
  })

  test('a change of language is told to Boardwalk, and a gate speaks it', async () => {
    const { visitor } = await house.registered({ email: 'tongue@example.org' })
    expect((await visitor.post('/api/store/publish')).body.message).toMatch(/^You need to/)
    expect((await visitor.post('/api/language', { language: 'fr' })).status).toBe(200)
    expect((await visitor.get('/api/store')).body.person.language).toBe('fr')
    expect((await visitor.post('/api/store/publish')).body.message).toBe(
      'Vous devez configurer les paiements avant de publier votre boutique',
    )
    expect((await visitor.post('/api/language', { language: 'de' })).status).toBe(400)
  })
})
