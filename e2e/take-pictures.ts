// `node e2e/take-pictures.ts` renews the pictures of the demo store in docs/images.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchChromium } from './chromium.ts'
import { startStore } from './store-process.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'images')

const pictures = [
  { name: 'demo-store-light-en', locale: 'en-GB', colorScheme: 'light', person: 'Ada Lovelace' },
  { name: 'demo-store-dark-fr', locale: 'fr-FR', colorScheme: 'dark', person: 'Amélie Poulain' },
] as const

await mkdir(folder, { recursive: true })
const store = await startStore()
const browser = await launchChromium()
try {
  for (const { name, locale, colorScheme, person } of pictures) {
    const page = await browser.newPage({
      baseURL: store.address,
      locale,
      colorScheme,
      viewport: { width: 1120, height: 1130 },
    })
    page.setDefaultTimeout(120_000)
    await page.goto('/')
    await page.locator('[name="name"]').fill(person)
    await page.locator('[name="email"]').fill(`${crypto.randomUUID()}@example.org`)
    await page.locator('form .primary').click()
    await page.locator('.bw-welcome .bw-quiet').click()
    await page.locator('.bw-nudge').waitFor()
    await page.locator('main .primary').click()
    await page.locator('[data-modal="guard_rail"] .bw-primary').click()
    await page.locator('[name="holder"]').fill(person)
    await page.locator('[name="iban"]').fill('FR76 3000 6000 0112 3456 7890 189')
    await page.locator('dialog .primary').click()
    await page.locator('.pill[data-open]').waitFor()
    await page.locator('[data-step-id="theme"] .bw-quiet').click()
    await page.locator('[data-step-id="theme"] .bw-standing').waitFor()
    await page.mouse.move(0, 0)
    const chromium = await page.context().newCDPSession(page)
    const { data } = await chromium.send('Page.captureScreenshot', { format: 'webp', quality: 85 })
    await writeFile(join(folder, `${name}.webp`), data, 'base64')
    await page.close()
  }
} finally {
  await browser.close()
  await store.stop()
}
