import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Locator, Page } from 'playwright-core'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { launchChromium } from './chromium.ts'
import { apiKey, openStore, picture, visit, type OpenStore, type Visit } from './open-store.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const english = {
  locale: 'en-GB',
  name: 'Your name',
  email: 'E-mail address',
  role: 'Role',
  staff: 'Staff',
  admin: 'Admin',
  owner: 'Owner',
  invitation: 'Invitation code',
  country: 'Country',
  plan: 'Plan',
  open: 'Open the store',
  join: 'Join',
  guide: 'Setup guide',
  step1: 'Step 1 of 6',
  completed: (percent: number) => `${percent}% completed`,
  required: 'Required',
  doPayments: 'Do: Set up payments',
  skip: 'Skip',
  skipped: 'Skipped',
  askOwner: 'Ask the owner',
  publish: 'Publish store',
  checkout: 'Place a test order',
  guardRail: 'Setup required',
  message: 'You need to set up payments before you publish your shop',
  emailMessage: 'You need to verify your email before you go on',
  configure: 'Set up now',
  cancel: 'Cancel',
  retry: 'Try again',
  holder: 'Account holder',
  savePayments: 'Save payment details',
  published: 'Published: customers can see your store.',
  confirm: 'Confirm my e-mail address',
  confirmed: 'Your e-mail address is confirmed.',
  ordered: /^Order T-[0-9A-F]{8} of €74\.50 was placed\.$/,
  allDone: 'Everything is set up. Well done!',
  steps: 'Steps',
  do: 'Do',
  doneBy: (name: string) => `Done by \u2068${name}\u2069`,
}

const french: typeof english = {
  locale: 'fr-FR',
  name: 'Votre nom',
  email: 'Adresse email',
  role: 'Rôle',
  staff: 'Équipe',
  admin: 'Admin',
  owner: 'Owner',
  invitation: 'Code d’invitation',
  country: 'Pays',
  plan: 'Offre',
  open: 'Ouvrir la boutique',
  join: 'Rejoindre',
  guide: 'Guide de démarrage',
  step1: 'Étape 1 sur 6',
  completed: (percent) => `${percent}% complété`,
  required: 'Obligatoire',
  doPayments: 'Faire Compléter Configurer les paiements',
  skip: 'Passer',
  skipped: 'Passée',
  askOwner: "Demander à l'owner",
  publish: 'Publier la boutique',
  checkout: 'Passer une commande test',
  guardRail: 'Configuration requise',
  message: 'Vous devez configurer les paiements avant de publier votre boutique',
  emailMessage: 'Vous devez vérifier votre email avant de continuer',
  configure: 'Configurer maintenant',
  cancel: 'Annuler',
  retry: 'Réessayer',
  holder: 'Titulaire du compte',
  savePayments: 'Enregistrer les paiements',
  published: 'Publiée : les clients voient votre boutique.',
  confirm: 'Confirmer mon adresse email',
  confirmed: 'Votre adresse email est confirmée.',
  ordered: /^La commande T-[0-9A-F]{8} de 74,50\s€ est passée\.$/,
  allDone: 'Tout est configuré. Bravo !',
  steps: 'Étapes',
  do: 'Faire',
  doneBy: (name) => `Terminé par \u2068${name}\u2069`,
}

type Words = typeof english

const iban = 'FR76 3000 6000 0112 3456 7890 189'

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })
const step = (page: Page, id: string): Locator => page.locator(`[data-step-id="${id}"]`)
const dialog = (page: Page, name: string): Locator => page.locator(`[role="dialog"][data-modal="${name}"]`)
const shows = (locator: Locator): Promise<void> => locator.waitFor({ state: 'visible' })
const isGone = (locator: Locator): Promise<void> => locator.waitFor({ state: 'detached' })
const standsAt = (page: Page, id: string, status: string): Promise<void> =>
  shows(page.locator(`[data-step-id="${id}"][data-status="${status}"]`))

const choicesOf = (page: Page, label: string): Promise<string[]> =>
  page.getByLabel(label, { exact: true }).locator('option').allTextContents()

const lookAgain = (page: Page) => page.evaluate("dispatchEvent(new Event('focus'))")

const register = async (page: Page, words: Words, name: string, country = 'FR'): Promise<void> => {
  await page.goto('/')
  await page.getByLabel(words.name).fill(name)
  await page.getByLabel(words.email).fill(`${crypto.randomUUID()}@example.org`)
  await page.getByLabel(words.country).selectOption(country)
  await button(page, words.open).click()
  await shows(page.getByRole('heading', { name: words.guide }))
  await shows(page.getByRole('progressbar'))
  await shows(page.locator('.bw-welcome'))
}

const pay = async (page: Page, words: Words): Promise<void> => {
  await page.getByLabel(words.holder).fill('Ada Lovelace')
  await page.getByLabel('IBAN').fill(iban)
  await button(page, words.savePayments).click()
}

describe.skipIf(inject('chromiumPath') === null)('the demo store', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  forEachDatabase((database, open) => {
    let store: OpenStore
    const visits: Visit[] = []
    beforeAll(async () => {
      store = await openStore(await open())
    })
    afterAll(async () => {
      await Promise.all(visits.map(({ close }) => close()))
      await store.stop()
    })
    const visitor = async (words: Words): Promise<Visit> => {
      const visited = await visit(browser, store.address, words.locale)
      visits.push(visited)
      return visited
    }

    test.each([
      ['English', english],
      ['French', french],
    ])('from registration to a published store, in %s', async (language, words) => {
      const { page, expectNoComplaint } = await visitor(words)
      const named = (name: string) => picture(page, `${database}-${language}-${name}`)
      const progressIs = (percent: number) => shows(page.getByText(words.completed(percent)))

      await page.goto('/')
      await named('register')
      await button(page, words.open).click()
      await shows(page.locator('[aria-invalid="true"]').first())
      await named('register-refused')
      const role = page.getByLabel(words.role, { exact: true })
      expect(await choicesOf(page, words.role)).toEqual([words.owner, words.staff, words.admin])
      const ownStore = [words.country, words.plan].map((name) => page.getByLabel(name, { exact: true }))
      const invitation = page.getByLabel(words.invitation)
      await role.selectOption({ label: words.staff })
      await shows(invitation)
      await Promise.all(ownStore.map(isGone))
      await shows(button(page, words.join))
      await role.selectOption({ label: words.owner })
      await Promise.all(ownStore.map(shows))
      await isGone(invitation)
      await register(page, words, 'Ada <b>Lovelace</b>')
      expect(await page.locator('html').getAttribute('lang')).toBe(words.locale.slice(0, 2))
      await shows(page.getByText(words.step1))
      await progressIs(0)
      const bar = page.getByRole('progressbar')
      expect(await bar.getAttribute('aria-valuenow')).toBe('0')
      expect(await bar.getAttribute('aria-valuemin')).toBe('0')
      expect(await bar.getAttribute('aria-valuemax')).toBe('100')
      expect(await step(page, 'impressum').count()).toBe(0)
      await shows(step(page, 'payments').getByText(words.required, { exact: true }))
      await shows(button(page, words.doPayments))
      expect(await step(page, 'theme').getByText(words.required).count()).toBe(0)
      await shows(page.getByRole('heading', { level: 1, name: 'Ada <b>Lovelace</b>' }))
      await named('dashboard')

      await button(page, words.publish).click()
      const guardRail = page.getByRole('dialog', { name: words.guardRail })
      await shows(guardRail.getByText(words.message))
      await named('guard-rail')
      await button(page, words.configure).click()
      const modal = dialog(page, 'payments_setup')
      await shows(modal)
      expect(await modal.getByLabel(words.country).inputValue()).toBe('FR')
      await button(page, words.savePayments).click()
      await shows(modal.locator('[aria-invalid="true"]').first())
      await named('payments-refused')
      await pay(page, words)
      await shows(page.getByText(words.published))
      await isGone(modal)
      await standsAt(page, 'payments', 'done')
      await progressIs(35)

      await step(page, 'theme').getByRole('button', { name: words.skip }).click()
      await standsAt(page, 'theme', 'skipped')
      await shows(step(page, 'theme').getByText(words.skipped, { exact: true }))
      await progressIs(43)

      await button(page, words.checkout).click()
      await shows(page.getByText(words.emailMessage))
      await page.getByRole('link', { name: words.configure }).click()
      await page.waitForURL('**/account/email')
      await shows(page.locator('.lead bdi', { hasText: '@example.org' }))
      await named('email')
      await page.locator('blockquote a').click()
      await button(page, words.confirm).click()
      await shows(page.getByText(words.confirmed))
      await page.goto('/dashboard')
      await shows(page.locator('.bw-note').getByText(words.allDone))
      await button(page, words.steps).click()
      await standsAt(page, 'email_verification', 'done')
      await button(page, words.checkout).click()
      await shows(page.getByText(words.ordered))
      await named('done')
      expectNoComplaint()
    })

    test('the other steps lead to their pages and are done there', async () => {
      const { page, expectNoComplaint } = await visitor(english)
      await register(page, english, 'Grace', 'DE')
      await shows(step(page, 'impressum').getByText(english.required))
      await picture(page, `${database}-germany`)
      const go = async (id: string, path: string): Promise<void> => {
        await step(page, id).getByRole('link', { name: 'Do: ' }).click()
        await page.waitForURL(`**${path}`)
        await shows(page.locator('form'))
        await picture(page, `${database}-${id}`)
      }
      const back = async (id: string, submit: string): Promise<void> => {
        await button(page, submit).click()
        await page.waitForURL('**/dashboard')
        await standsAt(page, id, 'done')
      }
      await go('theme', '/store/theme')
      await page.getByLabel('Night').check()
      await back('theme', 'Save')
      await go('product', '/store/products/new')
      await page.getByLabel('Name of the product').fill('Rope')
      await page.getByLabel('Price (EUR)').fill('7,5')
      await back('product', 'Add the product')
      await shows(page.getByText('€7.50'))
      await go('domain', '/store/domain')
      await page.getByLabel('Domain').fill('www.example.org')
      await back('domain', 'Save')
      await go('impressum', '/store/legal')
      await page.getByRole('textbox', { name: 'Impressum' }).fill('Grace Hopper, 1 Harbour Street')
      await back('impressum', 'Save')
      await step(page, 'payments').getByRole('button', { name: 'Do: ' }).click()
      expect(await dialog(page, 'payments_setup').getByLabel('Country').inputValue()).toBe('DE')
      await picture(page, `${database}-payments`)
      await pay(page, english)
      await standsAt(page, 'payments', 'done')
      await step(page, 'payments').getByRole('link', { name: 'Learn more' }).click()
      await shows(page.getByRole('heading', { name: 'Set up payments' }))
      await picture(page, `${database}-help`)
      expectNoComplaint()
    })

    test.each([
      ['Cancel', (page: Page) => button(page, english.cancel).click()],
      ['Escape', (page: Page) => page.keyboard.press('Escape')],
    ])('%s gives up: nothing is sent again, and the focus comes back', async (_, giveUp) => {
      const { page, expectNoComplaint } = await visitor(english)
      await register(page, english, 'Ada')
      let sent = 0
      page.on('request', (request) => void (sent += request.url().endsWith('/publish') ? 1 : 0))
      const publish = button(page, english.publish)
      const focused = () => page.locator(':focus').textContent()
      const guardRail = page.getByRole('dialog', { name: english.guardRail })

      await publish.focus()
      await page.keyboard.press('Enter')
      await shows(guardRail)
      await giveUp(page)
      await isGone(guardRail)
      await shows(page.getByText(english.message))
      expect(await focused()).toBe(english.publish)

      await page.keyboard.press('Enter')
      await shows(guardRail)
      await page.keyboard.press('Enter')
      await shows(dialog(page, 'payments_setup'))
      await giveUp(page)
      await isGone(dialog(page, 'payments_setup'))
      await shows(page.getByText(english.message))
      expect(await focused()).toBe(english.publish)
      expect(sent).toBe(2)
      expectNoComplaint()
    })

    test('staff ask the owner, and see what the owner did as it happens', async () => {
      const owner = await visitor(english)
      await register(owner.page, english, 'Ada')
      const invitation = await owner.page.locator('.invitation a').getAttribute('href')

      const staff = await visitor(french)
      await staff.page.goto(invitation ?? '')
      expect(await choicesOf(staff.page, french.role)).toEqual([french.staff, french.admin])
      await staff.page.getByLabel(french.name).fill('Ben')
      await staff.page.getByLabel(french.email).fill(`${crypto.randomUUID()}@example.org`)
      await picture(staff.page, `${database}-join`)
      await button(staff.page, french.join).click()
      await shows(step(staff.page, 'payments').getByText(french.askOwner))
      expect(await step(staff.page, 'payments').getByRole('button', { name: french.do }).count()).toBe(0)
      await button(staff.page, french.publish).click()
      const guardRail = staff.page.getByRole('dialog', { name: french.guardRail })
      await shows(guardRail.getByText(french.askOwner))
      expect(await guardRail.getByText(french.configure).count()).toBe(0)
      await picture(staff.page, `${database}-staff`)
      await button(staff.page, french.cancel).click()

      await step(owner.page, 'payments').getByRole('button', { name: 'Do: ' }).click()
      await pay(owner.page, english)
      await standsAt(owner.page, 'payments', 'done')
      await shows(step(staff.page, 'payments').getByText(french.doneBy('Ada')))
      await button(staff.page, french.publish).click()
      await shows(staff.page.getByText(french.published))
      owner.expectNoComplaint()
      staff.expectNoComplaint()
    })

    test('by keyboard, the focus stays at the step whose button went away', async () => {
      const { page, expectNoComplaint } = await visitor(english)
      await register(page, english, 'Ada')
      const focusIsAt = (id: string) =>
        shows(page.locator(`[data-step-id="${id}"]:focus, [data-step-id="${id}"] :focus`))
      await step(page, 'theme').getByRole('button', { name: 'Skip' }).focus()
      await page.keyboard.press('Enter')
      await standsAt(page, 'theme', 'skipped')
      await focusIsAt('theme')

      await button(page, english.doPayments).focus()
      await page.keyboard.press('Enter')
      await pay(page, english)
      await standsAt(page, 'payments', 'done')
      await focusIsAt('payments')
      expectNoComplaint()
    })

    test.each([
      ['right to left', 'עדה 1'],
      ['an override', '\u202Egnirts'],
      ['an override that leaves its element', 'a\u2069\u202Eb'],
    ])('a name with %s turns nothing beside it round', async (_, name) => {
      const { page, expectNoComplaint } = await visitor(english)
      await register(page, english, name)
      const neighbours = await page.evaluate(`[...document.querySelectorAll('h1, .list li > span')]
        .filter((element) => element.querySelector(':scope > bdi'))
        .map((element) => {
          const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
          const characters = []
          while (walker.nextNode()) {
            const { currentNode: node } = walker
            if (node.parentNode.closest('bdi')) continue
            for (let at = 0; at < node.length; at += 1) {
              const range = new Range()
              range.setStart(node, at)
              range.setEnd(node, at + 1)
              characters.push({ text: node.data[at], left: range.getBoundingClientRect().left })
            }
          }
          return characters.sort((a, b) => a.left - b.left).map(({ text }) => text).join('')
        })`)
      expect(neighbours).toEqual(['’s store', ' (you)'])
      const tidy = name.replaceAll(/[\u202E\u2069]/g, '')
      expect(await page.title()).toBe(`\u2068${tidy}\u2069’s store · Harbour`)
      expectNoComplaint()
    })

    test('a French store of Amélie', async () => {
      const { page } = await visitor(french)
      await register(page, french, 'Amélie')
      await shows(page.getByRole('heading', { level: 1, name: 'La boutique d’Amélie', exact: true }))
    })

    test.each([
      [
        'reading the guide',
        async (page: Page) => {
          await page.route('**/api/store', () => {})
          await lookAgain(page)
        },
      ],
      ['Skip', (page: Page) => step(page, 'theme').getByRole('button', { name: french.skip }).click()],
      ['publishing', (page: Page) => button(page, french.publish).click()],
      [
        'a form',
        async (page: Page) => {
          await button(page, french.doPayments).click()
          await pay(page, french)
        },
      ],
    ])('when the session has ended, %s leads to signing in and back, and says nothing', async (_, act) => {
      const { page } = await visitor(french)
      // It reads once when its stream has begun, and nothing more by itself.
      const reads = page.waitForResponse('**/api/onboarding')
      await register(page, french, 'Ada')
      await reads
      await page.context().clearCookies()
      await page.evaluate(`{
        const said = () => document.querySelectorAll('[role="alert"], [role="status"]')
          .forEach(({ textContent }) => textContent && sessionStorage.setItem('said', textContent))
        new MutationObserver(said).observe(document, { childList: true, characterData: true, subtree: true })
      }`)
      await act(page)
      await page.waitForURL((url) => url.pathname === '/sign-in')
      expect(new URL(page.url()).searchParams.get('next')).toBe('/dashboard')
      await shows(page.getByRole('heading', { level: 1 }))
      expect(await page.evaluate("sessionStorage.getItem('said')")).toBeNull()
    })

    test('a server that is away is told of, and asked again', async () => {
      const { page } = await visitor(english)
      // By its stream it would find out by itself that the server is back.
      await page.route('**/api/onboarding/stream', (route) => route.abort())
      await register(page, english, 'Ada')
      await page.route('**/api/onboarding', (route) => route.abort())
      // The page begins to hear of it a little after it is painted.
      await expect
        .poll(async () => {
          await lookAgain(page)
          return page.getByText('This may be out of date').count()
        })
        .toBeGreaterThan(0)
      await shows(step(page, 'payments'))
      // A page that came without it, too.
      await page.route('**/dashboard', async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: (await response.text()).replace('"onboarding":', '"was":') })
      })
      await page.reload()
      await shows(page.getByText('cannot be shown just now'))
      await picture(page, `${database}-away`)
      await page.unroute('**/api/onboarding')
      await button(page, english.retry).click()
      await shows(step(page, 'payments'))
      await page.route('**/api/store/publish', (route) => route.abort())
      await button(page, english.publish).click()
      await shows(page.getByText('The store cannot be reached'))
    })

    test('payment details that are on their way are given up with their modal', async () => {
      const { page } = await visitor(english)
      await register(page, english, 'Ada')
      const answers: (() => Promise<void>)[] = []
      await page.route('**/api/store/payments', (route) => {
        answers.push(() => route.continue())
      })
      await button(page, english.publish).click()
      await button(page, english.configure).click()
      const modal = dialog(page, 'payments_setup')
      await shows(modal)
      const asked = page.waitForRequest('**/api/store/payments')
      const failed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/payments'))
      await pay(page, english)
      await asked
      await modal.getByRole('button', { name: english.cancel }).click()
      await isGone(modal)
      expect((await failed).failure()?.errorText).toMatch(/abort/i)
      for (const answer of answers) await answer().catch(() => {})
      await standsAt(page, 'payments', 'todo')
      expect(await page.getByText(english.published).count()).toBe(0)
    })

    test('a step that is refused says why', async () => {
      const { page } = await visitor(english)
      // It does not hear of what happens elsewhere.
      await page.route('**/api/onboarding/stream', (route) => route.abort())
      await register(page, english, 'Ada')
      const id = await page.evaluate("fetch('/api/store').then((r) => r.json()).then((v) => v.person.id)")
      const done = await fetch(`${store.address}/api/users/${String(id)}/onboarding/steps/theme`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ status: 'done' }),
      })
      expect(done.status).toBe(200)
      await step(page, 'theme').getByRole('button', { name: 'Skip' }).click()
      await shows(page.locator('.bw-note').filter({ hasText: /done/i }))
      await standsAt(page, 'theme', 'done')
    })

    test('the language can be changed; pages fit a narrow screen', async () => {
      const { page, expectNoComplaint } = await visitor(english)
      await register(page, english, 'Ada')
      await page.getByRole('button', { name: 'français' }).click()
      await shows(page.getByRole('heading', { name: french.guide }))
      await shows(page.getByText(french.step1))
      await page.setViewportSize({ width: 320, height: 700 })
      const open = ['/register', '/join', '/sign-in', '/help/domain']
      const main = ['/dashboard', '/onboarding', '/settings', '/store/products']
      const rest = ['/store/theme', '/store/products/new', '/store/domain', '/store/legal', '/account/email']
      for (const path of [...open, ...main, ...rest]) {
        await page.goto(path)
        await shows(page.getByRole('heading', { level: 1 }))
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(Number(overflow), path).toBeLessThanOrEqual(0)
      }
      expectNoComplaint()
    })

    test.each([
      ['/store/theme', '/store/theme'],
      ['/.//evil.example/x', '/dashboard'],
      ['http://[', '/dashboard'],
    ])('signing in with next=%s leads to %s', async (next, path) => {
      const { page, expectNoComplaint } = await visitor(english)
      await register(page, english, 'Ada')
      const email = await page.evaluate(
        "fetch('/api/store').then((r) => r.json()).then((v) => v.person.email)",
      )
      await page.goto(`/sign-in?${new URLSearchParams({ next, email: String(email) }).toString()}`)
      await button(page, 'Sign in').click()
      await page.waitForURL((url) => url.pathname !== '/sign-in')
      expect(page.url()).toBe(store.address + path)
      await shows(page.getByRole('heading', { level: 1 }))
      expectNoComplaint()
    })

    test('a page does not run what is not the store’s own', async () => {
      const { page, expectNoComplaint } = await visitor(english)
      await page.goto('/register')
      await shows(page.getByRole('heading', { level: 1 }))
      expectNoComplaint()
      const inject = `{
        const script = document.createElement('script')
        script.textContent = 'window.ran = true'
        document.body.append(script)
      }`
      // Trusted Types let no script be written from a text, and the policy would let it not run.
      await expect(page.evaluate(inject)).rejects.toThrow('TrustedScript')
      expect(await page.evaluate('window.ran')).toBeUndefined()
      expect(expectNoComplaint).toThrow()
    })

    test('a page that there is not', async () => {
      const { page } = await visitor(french)
      const response = await page.goto('/store/nothing')
      expect(response?.status()).toBe(404)
      await shows(page.getByRole('heading', { name: 'Cette page n’existe pas' }))
      await picture(page, `${database}-not-found`)
    })
  })
})
