import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openStore, type House, type Visitor } from './open-store.ts'

const pages = async () => ({
  html: '<!doctype html><html lang="en"><script id="page-state" type="application/json">null</script>',
  assets: new Map(),
})

const stateIn = (html: string) => JSON.parse(/<script[^>]*>([^]*)<\/script>/.exec(html)?.[1] ?? '')

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openStore(await open(), { pages })
  })
  afterAll(() => house.stop())

  const newcomer = async (more: object = {}, language?: string) => {
    const { visitor, view } = await house.registered(
      { email: `${crypto.randomUUID()}@example.org`, ...more },
      language,
    )
    const page = async (path: string) => (await visitor.get(path)).body as string
    return { visitor, view, page }
  }

  test.each(['/dashboard', '/onboarding', '/settings', '/store/products', '/help/theme', '/nowhere'])(
    '%s comes with the person’s store and onboarding, in their language',
    async (path) => {
      const { visitor, page } = await newcomer({}, 'fr')
      const [state, view, onboarding] = [
        stateIn(await page(path)),
        await visitor.get('/api/store'),
        await visitor.get('/api/onboarding'),
      ]
      expect(state).toEqual({ view: view.body, onboarding: onboarding.body, daysAhead: 0 })
      expect(state.onboarding.steps[0].title).toBe('Vérifier votre email')
    },
  )

  test.each(['/register', '/join', '/sign-in', '/help/theme', '/nowhere'])(
    'a stranger’s %s knows nobody',
    async (path) => {
      expect(stateIn((await house.visitor().get(path)).body)).toBeNull()
    },
  )

  test.each(['</script><script>alert(1)</script>', '<!--<script>', "$& $' $1", 'a\u2028b'])(
    'a person called %j stays within the data of their page',
    async (name) => {
      const { visitor, page } = await newcomer()
      await visitor.post('/api/store/account/name', { name })
      const html = await page('/dashboard')
      expect(html.match(/<\/?script/g)).toEqual(['<script', '</script'])
      expect(stateIn(html).view.person.name).toBe(name)
    },
  )

  test('who was erased is welcome again with the next page', async () => {
    const { view, page } = await newcomer()
    await house.erased(view.person.id)
    expect(stateIn(await page('/dashboard')).onboarding).toMatchObject({
      progress: 0,
      flow: { name: 'shop' },
    })
  })

  test.each([
    ['dark', '<html lang="en" data-theme="dark">'],
    ['light', '<html lang="en" data-theme="light">'],
    ['auto', '<html lang="en">'],
    ['"><script>', '<html lang="en">'],
  ])('a page wears the look of the cookie %j from the start', async (look, element) => {
    const visitor: Visitor = house.visitor()
    visitor.cookies.set('appearance', look)
    expect((await visitor.get('/register')).body).toContain(element)
  })

  test.each([
    ['  Grace  ', 200, 'Grace'],
    ['', 400, 'Ada Lovelace'],
    [null, 400, 'Ada Lovelace'],
    ['x'.repeat(81), 400, 'Ada Lovelace'],
  ])('the name %j: %i', async (name, status, kept) => {
    const { visitor } = await newcomer()
    expect((await visitor.post('/api/store/account/name', { name })).status).toBe(status)
    expect((await visitor.get('/api/store')).body.person.name).toBe(kept)
  })
})
