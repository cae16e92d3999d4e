import { pino } from 'pino'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { createStore, type StoreOptions } from '@boardwalk/demo-store'
import { listen } from '@boardwalk/server'

export type OpenStore = {
  readonly address: string
  readonly stop: () => Promise<void>
}

export const apiKey = 'a-first-api-key-of-more-than-32-bytes'

const shopFlow = JSON.parse(readFileSync(new URL('../flows/shop.json', import.meta.url), 'utf8'))

/** The demo store with its real pages, on this database and a port of its own. */
export const openStore = async (
  database: StoreOptions['database'],
  options: Pick<StoreOptions, 'kafka'> = {},
): Promise<OpenStore> => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'boardwalk-store-'))
  const store = createStore({
    database,
    dataFolder,
    tokens: { secret: 'a test secret of more than thirty-two bytes' },
    apiKey,
    flows: [shopFlow],
    webhooks: { allow: ['127.0.0.1'] },
    ...options,
    log: pino({ level: 'silent' }),
  })
  await store.start()
  const { address, stop } = await listen(store.fetch, { port: 0, host: '127.0.0.1' })
  await store.receiveAt(address)
  return {
    address,
    stop: async () => {
      store.drain()
      await stop()
      await store.stop()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

export type Visit = {
  readonly page: Page
  /** Fails when the page met an error, or broke its content security policy. */
  readonly expectNoComplaint: () => void
  readonly close: () => Promise<void>
}

// Chromium writes every answer of 400 and above to the console; those of gates and refused forms are meant.
const meant = /^Failed to load resource: the server responded with a status of (400|409)\b/

// Runs in the page, before anything of it.
const complainOfPolicy = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('content security policy: ' + violatedDirective + ' ' + blockedURI))`

/** Somebody at a browser of their own. */
export const visit = async (browser: Browser, address: string, locale: string): Promise<Visit> => {
  const context = await browser.newContext({
    baseURL: address,
    locale,
    viewport: { width: 1280, height: 900 },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !meant.test(message.text())) complaints.push(message.text())
  })
  await page.addInitScript({ content: complainOfPolicy })
  return { page, expectNoComplaint: () => expect(complaints).toEqual([]), close: () => context.close() }
}

const screenshots = process.env['E2E_SCREENSHOTS']

/** A picture at both widths, when E2E_SCREENSHOTS names a folder. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (!screenshots) return
  await mkdir(screenshots, { recursive: true })
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 })
    await page.screenshot({ path: join(screenshots, `${name}-${width}.png`), fullPage: true })
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}
