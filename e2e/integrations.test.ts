import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { axeFindings } from './axe-findings.ts'
import { launchChromium } from './chromium.ts'
import { openStore, picture, visit, type OpenStore, type Visit } from './open-store.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const english = {
  locale: 'en-GB',
  name: 'Your name',
  email: 'E-mail address',
  open: 'Open the store',
  heading: 'Connect an integration',
  connect: 'Connect Quillbook',
  connected: 'Connected',
  done: 'Quillbook is connected.',
}

const french: typeof english = {
  locale: 'fr-FR',
  name: 'Votre nom',
  email: 'Adresse email',
  open: 'Ouvrir la boutique',
  heading: 'Connecter une intégration',
  connect: 'Connecter Quillbook',
  connected: 'Connectée',
  done: 'Quillbook est connectée.',
}

const register = async (page: Page, words: typeof english, name: string): Promise<void> => {
  await page.goto('/')
  await page.getByLabel(words.name).fill(name)
  await page.getByLabel(words.email).fill(`${crypto.randomUUID()}@example.org`)
  await page.getByRole('button', { name: words.open, exact: true }).click()
  await page.waitForURL('**/dashboard')
}

const stepAt = (page: Page, status: string) =>
  page.locator(`[data-step-id="connect_integration"][data-status="${status}"]`)

const completed = (page: Page) =>
  page.locator('.messages li').filter({ hasText: 'onboarding.step_completed connect_integration' })

describe.skipIf(inject('chromiumPath') === null)('the integrations of the demo store', () => {
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
    const visitor = async (locale: string): Promise<Visit> => {
      const visited = await visit(browser, store.address, locale)
      visits.push(visited)
      return visited
    }

    test.each([
      ['English', english],
      ['French', french],
    ])('the guide ticks by itself, and the webhook tells of it, in %s', async (language, words) => {
      const { page, expectNoComplaint } = await visitor(words.locale)
      const stranger = await visitor(words.locale)
      await register(stranger.page, words, 'Grace')
      await register(page, words, 'Ada <b>Lovelace</b>')

      await page.locator('[data-step-id="connect_integration"] a[href="/store/integrations"]').click()
      await page.getByRole('heading', { level: 1, name: words.heading }).waitFor()
      await stepAt(page, 'todo').waitFor()
      await picture(page, `${database}-${language}-integrations`)
      // By nothing that the page itself asks for: only the stream can tell it when to read again.
      let changes = 0
      page.on('request', (request) => {
        if (request.method() !== 'GET' && request.url().includes('/api/onboarding')) changes += 1
      })
      await page.getByRole('button', { name: words.connect }).focus()
      await page.keyboard.press('Enter')
      await page.getByText(words.done).waitFor()
      await stepAt(page, 'done').waitFor()
      expect(changes).toBe(0)
      expect(await page.locator(':focus').textContent()).toBe(words.connected)

      await completed(page).waitFor()
      expect(await completed(page).locator('bdi').textContent()).toBe('Ada <b>Lovelace</b>')
      await picture(page, `${database}-${language}-integrations-done`)
      await page.reload()
      await completed(page).waitFor()
      await page.getByText(words.done).waitFor()

      await stranger.page.goto('/store/integrations')
      await stranger.page.locator('.messages li').first().waitFor()
      expect(await completed(stranger.page).count()).toBe(0)
      expect(await stranger.page.locator('.messages').textContent()).not.toContain('Ada')
      await stepAt(stranger.page, 'todo').waitFor()
      expectNoComplaint()
    })

    test.each([
      [english, 'light'],
      [english, 'dark'],
      [french, 'light'],
      [french, 'dark'],
    ] as const)('axe finds nothing on the page (%#)', async (words, colorScheme) => {
      const { page } = await visitor(words.locale)
      await page.emulateMedia({ colorScheme })
      await register(page, words, 'Ada')
      await page.goto('/store/integrations')
      await stepAt(page, 'todo').waitFor()
      expect(await axeFindings(page)).toEqual([])
      await page.getByRole('button', { name: words.connect }).click()
      await completed(page).waitFor()
      await stepAt(page, 'done').waitFor()
      expect(await axeFindings(page)).toEqual([])
      await picture(page, `${database}-${words.locale}-integrations-${colorScheme}`)
      await page.setViewportSize({ width: 320, height: 700 })
      const [wide, shown] = (await page.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      )) as [number, number]
      expect(wide).toBeLessThanOrEqual(shown)
      await page.goto('/help/integrations')
      await page.getByRole('heading', { level: 1, name: words.heading }).waitFor()
      expect(await axeFindings(page)).toEqual([])
    })
  })
})
