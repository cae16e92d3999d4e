import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { axeFindings } from './axe-findings.ts'
import { launchChromium } from './chromium.ts'
import { openStore, picture, visit, type OpenStore } from './open-store.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const beforeSignIn = ['/register', '/sign-in', '/join', '/nowhere']
const afterSignIn = [
  '/dashboard',
  '/onboarding',
  '/settings',
  '/store/products',
  '/store/products/new',
  '/store/theme',
  '/store/domain',
  '/store/legal',
  '/account/email',
  '/help/payments',
  '/nowhere',
]

const media = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['forced colours', { forcedColors: 'active' }],
] as const

const languages = [
  ['English', 'en-GB', { publish: 'Publish store', configure: 'Set up now' }],
  ['French', 'fr-FR', { publish: 'Publier la boutique', configure: 'Configurer maintenant' }],
] as const

describe.skipIf(inject('chromiumPath') === null)('axe over the demo store', () => {
  let browser: Browser
  let store: OpenStore
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-'))
    browser = await launchChromium()
    store = await openStore({ directory: join(folder, 'data') })
  })
  afterAll(async () => {
    await browser.close()
    await store.stop()
    await rm(folder, { recursive: true, force: true })
  })

  describe.each(media)('%s', (look, emulated) => {
    test.each(languages)('finds nothing on any page, in %s', async (language, locale, words) => {
      const { page, close } = await visit(browser, store.address, locale)
      await page.emulateMedia({ reducedMotion: 'reduce', ...emulated })
      let pages = 0
      const examine = async (name: string): Promise<void> => {
        await picture(page, `axe-${look}-${locale}${name.replaceAll('/', '-')}`)
        expect(await axeFindings(page), `${name} in ${language}`).toEqual([])
        pages += 1
      }
      for (const path of beforeSignIn) {
        await page.goto(path)
        await page.locator('h1').waitFor()
        await examine(path)
      }
      await page.goto('/register')
      await page.locator('input[name="name"]').fill('Ada Lovelace')
      await page.locator('input[name="email"]').fill(`${crypto.randomUUID()}@example.org`)
      await page.locator('button[type="submit"]').click()
      await page.locator('.bw-welcome').waitFor()
      await examine(' with the welcome')
      for (const path of afterSignIn) {
        await page.goto(path)
        await page.locator('h1').waitFor()
        await examine(path)
      }
      await page.goto('/dashboard')
      await page.getByRole('button', { name: words.publish }).click()
      await page.getByRole('dialog').waitFor()
      await examine(' with the guard rail')
      await page.getByRole('button', { name: words.configure }).click()
      await page.locator('[data-modal="payments_setup"]').waitFor()
      await examine(' with the payments modal')
      await close()
      console.log(`axe found nothing on ${pages} pages: ${language}, ${look}`)
    })
  })
})
