import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Locator, Page } from 'playwright-core'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { axeFindings } from './axe-findings.ts'
import { launchChromium } from './chromium.ts'
import { apiKey, openStore, picture, visit, type OpenStore, type Visit } from './open-store.ts'
import { startStore, type StoreProcess } from './store-process.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const iban = 'FR76 3000 6000 0112 3456 7890 189'
const reminder = 'text=Terminer la configuration'

const step = (page: Page, id: string): Locator => page.locator(`[data-step-id="${id}"]`)
const progress = (page: Page): Locator => page.locator('[role="progressbar"]')
const modal = (page: Page): Locator => page.locator('[role="dialog"][data-modal="payments_setup"]')
const shows = (locator: Locator): Promise<void> => locator.waitFor({ state: 'visible' })
const isGone = (locator: Locator): Promise<void> => locator.waitFor({ state: 'hidden' })
const standsAt = (page: Page, id: string, status: string): Promise<void> =>
  shows(page.locator(`[data-step-id="${id}"][data-status="${status}"]`))
const skip = (page: Page, id: string): Promise<void> =>
  step(page, id).locator('button:has-text("Passer")').click()

/** Registers a French owner; answers their e-mail address. The welcome is on the page. */
const register = async (page: Page): Promise<string> => {
  const email = `${crypto.randomUUID()}@example.org`
  await page.goto('/')
  await page.getByLabel('Votre nom').fill('Amélie')
  await page.getByLabel('Adresse email').fill(email)
  await page.click('button:has-text("Ouvrir la boutique")')
  await shows(page.getByRole('heading', { name: 'Bienvenue sur Harbour' }))
  return email
}

const later = async (page: Page): Promise<void> => {
  await page.click('button:has-text("Plus tard")')
  await isGone(page.locator('.bw-welcome'))
}

const signIn = async (page: Page, email: string): Promise<void> => {
  await page.goto('/sign-in')
  await page.getByLabel('Adresse email').fill(email)
  await page.click('button:has-text("Se connecter")')
  await page.waitForURL('**/dashboard')
}

const idOf = (page: Page): Promise<unknown> =>
  page.evaluate("fetch('/api/store').then((r) => r.json()).then((v) => v.person.id)")

// Runs in the page: the host asks the person, and tells Boardwalk what they said.
const agree = `fetch('/api/onboarding/consent', {
  method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"analytics":true}',
}).then(({ status }) => { if (status !== 200) throw new Error(String(status)) })`

/** Loads the page again, and waits until the server has answered to what it shows. */
const reloadTold = async (page: Page): Promise<void> => {
  const told = page.waitForResponse((answer) => answer.url().endsWith('/api/onboarding/events'))
  await page.reload()
  await told
  await shows(page.locator(reminder))
}

/** Of the server, by the page that people use for it. */
const setClock = async (page: Page, text: string): Promise<void> => {
  await page.goto('/settings')
  const button = page.getByRole('group', { name: 'Voyage dans le temps' }).getByRole('button', { name: text })
  await button.click()
  await shows(page.locator('#clock [aria-pressed="true"]', { hasText: text }))
  await page.goto('/dashboard')
  await shows(progress(page))
}

/** Goes on with Tab, as somebody without a pointer does. */
const tabTo = async (page: Page, locator: Locator): Promise<void> => {
  for (let count = 0; count < 60; count += 1) {
    if ((await locator.and(page.locator(':focus')).count()) > 0) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${String(locator)}`)
}

describe.skipIf(inject('chromiumPath') === null)('journeys through the demo store', () => {
  let browser: Browser
  const visits: Visit[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  const visitor = async (address: string): Promise<Visit> => {
    const visited = await visit(browser, address, 'fr-FR')
    visits.push(visited)
    return visited
  }
  const leaveAll = async (): Promise<void> => {
    await Promise.all(visits.splice(0).map(({ close }) => close()))
  }

  forEachDatabase((database, open) => {
    let store: OpenStore
    beforeAll(async () => {
      store = await openStore(await open())
    })
    afterAll(async () => {
      await leaveAll()
      await store.stop()
    })

    const prove = async (userId: unknown, stepId: string): Promise<void> => {
      const answer = await fetch(`${store.address}/api/users/${String(userId)}/onboarding/steps/${stepId}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ status: 'done' }),
      })
      expect(answer.status).toBe(200)
    }

    /** What the store's team can read of what only the person's browser saw. */
    const seenBy = async (userId: unknown): Promise<readonly string[]> => {
      const answer = await fetch(`${store.address}/api/admin/people/${String(userId)}/timeline?limit=100`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
      const { events } = (await answer.json()) as { events: readonly { type: string }[] }
      return events
        .map(({ type }) => type)
        .filter((type) => /viewed|_shown|_started/.test(type))
        .toSorted()
    }

    test('skip, visible but safe', async () => {
      const { page, expectNoComplaint } = await visitor(store.address)
      await register(page)
      await later(page)
      await prove(await idOf(page), 'email_verification')
      await standsAt(page, 'email_verification', 'done')
      expect(await step(page, 'theme').locator('text=Obligatoire').count()).toBe(0)
      const before = Number(await progress(page).getAttribute('aria-valuenow'))

      await skip(page, 'theme')
      await standsAt(page, 'theme', 'skipped')
      await shows(step(page, 'theme').getByText('Passée', { exact: true }))
      expect(before).toBe(24)
      await shows(page.locator('[role="progressbar"][aria-valuenow="29"]'))

      await page.goto('/onboarding')
      await shows(progress(page))
      expect(await step(page, 'theme').count()).toBe(0)
      await page.click('text=Afficher les étapes passées')
      await shows(step(page, 'theme'))
      await step(page, 'theme').getByRole('link', { name: 'Faire quand même' }).click()
      await page.waitForURL('**/store/theme')
      await page.click('button:has-text("Enregistrer")')
      await page.waitForURL('**/dashboard')
      await standsAt(page, 'theme', 'done')
      expectNoComplaint()
    })

    test('the guard rail comes where it is needed', async () => {
      const { page, expectNoComplaint } = await visitor(store.address)
      await register(page)
      await later(page)
      await page.evaluate('window.same = true')
      const sent: (string | undefined)[] = []
      page.on('request', (request) => {
        if (request.url().endsWith('/publish')) sent.push(request.headers()['idempotency-key'])
      })
      await page.click('button:has-text("Publier")')
      const guardRail = page.locator('[role="dialog"]')
      await shows(guardRail)
      await shows(page.locator('text=Configuration requise'))
      await shows(guardRail.locator('text=paiements'))
      await page.click('button:has-text("Configurer maintenant")')
      await shows(modal(page))
      await page.getByLabel('Titulaire du compte').fill('Amélie')
      await page.getByLabel('IBAN').fill(iban)
      await page.click('button:has-text("Enregistrer les paiements")')
      await shows(page.getByText('Publiée : les clients voient votre boutique.'))
      await standsAt(page, 'payments', 'done')
      expect(await page.evaluate('window.same')).toBe(true)
      expect(sent.length).toBe(2)
      expect(sent[1]).toBe(sent[0])
      expect(sent[0]).toMatch(/./)
      expectNoComplaint()
    })

    test('a snooze of seven days, by the server’s clock; what was seen is noted with consent only', async () => {
      const { page, expectNoComplaint } = await visitor(store.address)
      await register(page)
      await later(page)
      await shows(page.locator(reminder))
      const userId = await idOf(page)
      await reloadTold(page)
      expect(await seenBy(userId)).toEqual([])
      await page.evaluate(agree)
      await reloadTold(page)
      await expect.poll(() => seenBy(userId)).toEqual(['onboarding.nudge_shown', 'onboarding.viewed'])
      // The request goes on while its page is left.
      await page.locator('.bw-nudge a').click()
      await page.waitForURL('**/account/email')
      await expect
        .poll(() => seenBy(userId))
        .toEqual(['onboarding.nudge_shown', 'onboarding.step_started', 'onboarding.viewed'])
      await page.goto('/dashboard')
      await shows(page.locator(reminder))
      await page.click('button:has-text("Masquer 7 jours")')
      await isGone(page.locator(reminder))
      await shows(page.getByText('Nous vous le rappellerons le'))
      await setClock(page, '+6 jours')
      expect(await page.locator(reminder).count()).toBe(0)
      await shows(page.getByText('L’horloge de cette démo avance de 6 jours.'))
      await setClock(page, '+8 jours')
      await shows(page.locator(reminder))
      const animations = await page.evaluate(
        "['.bw-nudge', '.bw-nudge-title'].map((name) => getComputedStyle(document.querySelector(name)).animationName)",
      )
      expect(animations).toEqual(['none', 'none'])
      await setClock(page, 'Maintenant')
      expect(await page.locator(reminder).count()).toBe(0)
      expectNoComplaint()
    })

    test('the welcome is shown once, on whatever device', async () => {
      const first = await visitor(store.address)
      const email = await register(first.page)
      await picture(first.page, `${database}-welcome`)
      expect(await first.page.locator('.bw-nudge').count()).toBe(0)
      await first.page.click('button:has-text("Commencer")')
      await shows(first.page.locator('[data-step-id="email_verification"] :focus'))
      const second = await visitor(store.address)
      await signIn(second.page, email)
      await shows(second.page.locator(reminder))
      expect(await second.page.locator('.bw-welcome').count()).toBe(0)
    })

    test('a second device sees the same, and each sees what the other does without loading again', async () => {
      const first = await visitor(store.address)
      const email = await register(first.page)
      await later(first.page)
      await skip(first.page, 'theme')
      await standsAt(first.page, 'theme', 'skipped')
      await first.page.evaluate('window.same = true')

      const second = await visitor(store.address)
      await signIn(second.page, email)
      await shows(progress(second.page))
      await second.page.click('text=Afficher les étapes passées')
      await standsAt(second.page, 'theme', 'skipped')
      await second.page.goto('/store/products')
      await second.page.getByLabel('Nom du produit').fill('Corde')
      await second.page.getByLabel('Prix').fill('7,50')
      await second.page.click('button:has-text("Ajouter le produit")')
      await shows(second.page.getByRole('status').filter({ hasText: 'Corde est dans votre boutique.' }))

      await standsAt(first.page, 'product', 'done')
      await shows(first.page.locator('.products bdi', { hasText: 'Corde' }))
      await prove(await idOf(first.page), 'domain')
      await standsAt(first.page, 'domain', 'done')
      expect(await first.page.evaluate('window.same')).toBe(true)
      first.expectNoComplaint()
      second.expectNoComplaint()
    })

    test('two tabs of one browser agree', async () => {
      const { page, expectNoComplaint } = await visitor(store.address)
      await register(page)
      await later(page)
      const other = await page.context().newPage()
      await other.goto('/dashboard')
      await shows(other.locator(reminder))
      await page.click('button:has-text("Masquer 7 jours")')
      await isGone(other.locator(reminder))
      await skip(other, 'domain')
      await standsAt(page, 'domain', 'skipped')
      await page.click('button:has-text("Annuler")')
      await shows(other.locator(reminder))
      expectNoComplaint()
    })

    test('a guide that was put away comes back in the settings', async () => {
      const { page, expectNoComplaint } = await visitor(store.address)
      await register(page)
      await later(page)
      await page.getByRole('button', { name: 'Masquer le guide de démarrage' }).click()
      await isGone(progress(page))
      await page.goto('/settings')
      await page.click('button:has-text("Afficher le guide de démarrage")')
      await shows(page.getByText('Il est sur votre tableau de bord.'))
      await page.goto('/dashboard')
      await shows(progress(page))
      expectNoComplaint()
    })

    test('the whole way by keyboard alone', async () => {
      const { page, expectNoComplaint } = await visitor(store.address)
      const press = async (locator: Locator): Promise<void> => {
        await tabTo(page, locator)
        await page.keyboard.press('Enter')
      }
      const type = async (locator: Locator, text: string): Promise<void> => {
        await tabTo(page, locator)
        await page.keyboard.type(text)
      }
      await page.goto('/')
      await shows(page.locator('form'))
      await type(page.getByLabel('Votre nom'), 'Amélie')
      await type(page.getByLabel('Adresse email'), `${crypto.randomUUID()}@example.org`)
      await press(page.getByRole('button', { name: 'Ouvrir la boutique' }))
      await press(page.getByRole('button', { name: 'Plus tard' }))
      await isGone(page.locator('.bw-welcome'))
      expect(await page.locator('body:focus').count()).toBe(0)
      await press(step(page, 'theme').getByRole('button', { name: 'Passer' }))
      await standsAt(page, 'theme', 'skipped')
      await press(page.getByRole('button', { name: 'Publier la boutique' }))
      await shows(page.getByRole('dialog', { name: 'Configuration requise' }))
      await press(page.getByRole('button', { name: 'Configurer maintenant' }))
      await shows(modal(page))
      await type(page.getByLabel('Titulaire du compte'), 'Amélie')
      await type(page.getByLabel('IBAN'), iban)
      await press(page.getByRole('button', { name: 'Enregistrer les paiements' }))
      await shows(page.getByText('Publiée : les clients voient votre boutique.'))
      await shows(page.locator('button:focus', { hasText: 'Publier la boutique' }))
      expectNoComplaint()
    })

    test.each(['light', 'dark'] as const)(
      'the look is chosen and kept, and nothing of it is hard to use: %s',
      async (look) => {
        const { page, expectNoComplaint } = await visitor(store.address)
        await page.emulateMedia({ colorScheme: look === 'dark' ? 'light' : 'dark' })
        await register(page)
        await page.goto('/settings')
        await page.click(`button:has-text("${look === 'dark' ? 'Sombre' : 'Claire'}")`)
        const pages = [
          '/dashboard',
          '/onboarding',
          '/settings',
          '/store/products',
          '/store/theme',
          '/account/email',
        ]
        for (const path of pages) {
          await page.goto(path)
          await shows(page.locator('h1'))
          expect(await page.locator('html').getAttribute('data-theme')).toBe(look)
          await picture(page, `${database}-${look}${path.replaceAll('/', '-')}`)
          expect(await axeFindings(page), path).toEqual([])
        }
        expectNoComplaint()
      },
    )
  })

  describe('a server that is killed', () => {
    let store: StoreProcess
    beforeAll(async () => {
      store = await startStore()
    })
    afterAll(async () => {
      await leaveAll()
      await store.stop()
    })

    test('an open page says so, recovers by itself, and nothing is lost', async () => {
      const { page } = await visitor(store.address)
      await register(page)
      await later(page)
      await skip(page, 'theme')
      await standsAt(page, 'theme', 'skipped')
      // It shows before the server has it: what was never acknowledged may be lost.
      await isGone(page.locator('[data-pending]'))
      await page.evaluate('window.same = true')
      const note = page.locator('.bw-guide').getByText('Ceci date peut-être')
      await store.kill()
      await page.evaluate("dispatchEvent(new Event('focus'))")
      await shows(note)
      await standsAt(page, 'theme', 'skipped')
      await store.start()
      await note.waitFor({ state: 'hidden', timeout: 60_000 })
      await standsAt(page, 'theme', 'skipped')
      await skip(page, 'domain')
      await standsAt(page, 'domain', 'skipped')
      await shows(step(page, 'domain').getByText('Passée', { exact: true }))
      expect(await page.evaluate('window.same')).toBe(true)
      await page.reload()
      await page.click('text=Afficher les étapes passées')
      await standsAt(page, 'theme', 'skipped')
      await standsAt(page, 'domain', 'skipped')
    })
  })
})
