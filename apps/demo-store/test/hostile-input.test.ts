import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { wantedLanguage } from '../src/language.ts'
import { apiKey, openStore, owner, payments, type House } from './open-store.ts'

test.each([
  ['', 'en'],
  ['fr', 'fr'],
  ['fr-CA;q=0.8, en;q=0.9', 'en'],
  ['de, fr;q=0.5', 'fr'],
  ['fr;q=0', 'en'],
  ['de', 'en'],
  ['*', 'en'],
  [';;;q=,=fr', 'en'],
])('of "%s" the pages are in %s', (header, language) => expect(wantedLanguage(header)).toBe(language))

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openStore(await open())
  })
  afterAll(() => house.stop())

  test('another store’s data is never shown, whatever the cookie or the body says', async () => {
    const theirs = await house.registered({ email: 'theirs@example.org', name: 'Grace Hopper' })
    const mine = await house.registered({ email: 'mine@example.org' })
    await theirs.visitor.post('/api/store/domain', { domain: 'secret.example.org' })
    const body = { theme: 'sea', shopId: theirs.view.store.id, id: theirs.view.person.id }
    await mine.visitor.post('/api/store/theme', body)
    const { body: seen } = await mine.visitor.get(`/api/store?id=${theirs.view.store.id}`)
    expect(JSON.stringify(seen)).not.toMatch(/Grace|secret\.example/)
    expect((await theirs.visitor.get('/api/store')).body.store.theme).toBeNull()
  })

  test.each([['forged'], [''], ['a'.repeat(43)], ['%00'], ['__proto__'], ['x'.repeat(4000)]])(
    'the session "%.20s" is nobody’s',
    async (secret) => {
      const visitor = house.visitor()
      visitor.cookies.set('store_session', secret)
      expect((await visitor.get('/api/store')).status).toBe(401)
      expect((await visitor.get('/api/onboarding')).status).toBe(401)
      expect((await visitor.post('/api/store/publish')).status).toBe(401)
    },
  )

  test.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['JSON from another origin', { origin: 'https://evil.example' }],
    ['JSON from a frame without an origin', { origin: 'null' }],
    ['JSON that the browser says is from another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour’s subdomain', { 'sec-fetch-site': 'same-site' }],
  ])('%s changes nothing', async (_name, headers: Record<string, string>) => {
    const { visitor } = await house.registered({ email: `${crypto.randomUUID()}@example.org` })
    for (const [method, path, body] of [
      ['POST', '/api/store/theme', { theme: 'sea' }],
      ['POST', '/api/sign-out', {}],
      ['POST', '/api/register', { ...owner, email: 'csrf@example.org' }],
      ['POST', '/api/onboarding/skip', {}],
      ['PATCH', '/api/onboarding/steps/theme', { status: 'skipped' }],
    ] as const)
      expect((await visitor.call(method, path, body, headers)).status).toBe(403)
    expect((await visitor.get('/api/onboarding')).body).toMatchObject({ status: 'in_progress', progress: 0 })
    expect((await visitor.get('/api/store')).body.store.theme).toBeNull()
  })

  test('the store’s own pages may leave out the content type; a server with a key has no cookie to protect', async () => {
    const { visitor } = await house.registered({ email: 'same@example.org' })
    const own = { 'content-type': 'text/plain', origin: 'http://store.test' }
    expect((await visitor.post('/api/store/theme', { theme: 'sea' }, own)).status).toBe(200)
    const key = { authorization: `Bearer ${apiKey}`, origin: 'https://evil.example' }
    const told = await visitor.call('PUT', '/api/users/somebody', { role: 'owner' }, key)
    expect(told.status).toBeLessThan(300)
  })

  test.each([
    ['', 400],
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['"text"', 400],
    ['{"__proto__": {"theme": "sea"}}', 400],
    [JSON.stringify({ theme: 'x'.repeat(20_000) }), 413],
  ])('the body %.30s is refused', async (body, status) => {
    const { visitor } = await house.registered({ email: `${crypto.randomUUID()}@example.org` })
    expect((await visitor.post('/api/store/theme', body)).status).toBe(status)
  })

  test('a name with markup is kept as it is, and no page is made of it', async () => {
    const name = '<script>alert(1)</script>"\'&'
    const { view } = await house.registered({ email: 'markup@example.org', name })
    expect(view.person.name).toBe(name)
    expect((await house.visitor().get('/register')).body).not.toContain('alert(1)')
  })

  test('answers carry the headers that keep other pages and inline scripts out', async () => {
    const { visitor } = await house.registered({ email: 'headers@example.org' })
    for (const path of [
      '/dashboard',
      '/register',
      '/no/such/page',
      '/api/store',
      '/api/onboarding',
      '/api/store/x',
    ]) {
      const { headers } = await visitor.get(path)
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
  })

  test('pages: in the person’s language, for members only, and a page for what there is not', async () => {
    const { visitor } = await house.registered({ email: 'pages@example.org' }, 'fr')
    const dashboard = await visitor.get('/dashboard')
    expect(dashboard.status).toBe(200)
    expect(dashboard.body).toContain('<html lang="fr">')
    expect((await visitor.get('/')).headers.get('location')).toBe('/dashboard')
    const stranger = house.visitor()
    expect((await stranger.get('/')).headers.get('location')).toBe('/register')
    expect(await stranger.get('/store/theme?x=1')).toMatchObject({ status: 302 })
    expect((await stranger.get('/store/theme?x=1')).headers.get('location')).toBe(
      '/sign-in?next=%2Fstore%2Ftheme%3Fx%3D1',
    )
    for (const path of ['/nothing', '/help/secrets', '/store/nothing', '/help/%E0%A4%A'])
      expect(await stranger.get(path), path).toMatchObject({
        status: 404,
        body: expect.stringContaining('<html'),
      })
    expect(await stranger.get('/api/store/nothing')).toMatchObject({
      status: 404,
      body: { error: 'not_found' },
    })
    expect(await stranger.call('DELETE', '/api/store')).toMatchObject({ status: 403 })
    expect(await stranger.get('/api/nothing')).toMatchObject({
      status: 404,
      body: { error: 'route_not_found' },
    })
  })

  test('what is not the store’s is Boardwalk’s, on the same origin', async () => {
    const visitor = house.visitor()
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/metrics'])
      expect((await visitor.get(path)).status, path).toBe(200)
    const key = { authorization: `Bearer ${apiKey}` }
    expect((await visitor.call('GET', '/api/admin/flows', undefined, key)).status).toBe(200)
    const check = { userId: 'ada', gate: 'publish', route: '/publish' }
    expect((await visitor.call('POST', '/api/gates/check', check, key)).status).toBeLessThan(500)
    expect((await visitor.get('/api/onboarding')).status).toBe(401)
    expect((await visitor.post('/api/store/payments', payments)).status).toBe(401)
  })
})
