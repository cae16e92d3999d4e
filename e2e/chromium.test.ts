import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { findChromium, launchChromium } from './chromium.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

describe.skipIf(inject('chromiumPath') === null)('in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  test('the browser is the one that the global setup found', () => {
    expect(findChromium()).toBe(inject('chromiumPath'))
  })

  test('a page is opened and read', async () => {
    const page = await browser.newPage()
    await page.goto('data:text/html,<title>Bienvenue</title>')
    expect(await page.title()).toBe('Bienvenue')
  })
})
