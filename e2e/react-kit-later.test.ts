import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, BrowserContext, Locator, Page, Route } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { openStories, type Stories } from './open-stories.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const later = '**/later-*.js'
const dialog = (page: Page): Locator => page.locator('[role="dialog"][data-modal="guard_rail"]')
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()
const calls = (page: Page): Promise<unknown> =>
  page.evaluate(`client.calls.filter(([verb]) => !/connect|observe/.test(verb))`)

describe.skipIf(inject('chromiumPath') === null)('what the kit loads after the first paint', () => {
  let browser: Browser
  let stories: Stories
  let context: BrowserContext | undefined
  beforeAll(async () => {
    ;[browser, stories] = await Promise.all([launchChromium(), openStories()])
  })
  afterEach(() => context?.close())
  afterAll(async () => {
    await stories.stop()
    await browser.close()
  })

  /** A story whose later part comes as the test says; the clock is the test's, too. */
  const open = async (story: string, deliver: (route: Route) => void) => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.clock.install()
    const asked = new Promise<void>((resolve) => {
      void page.route(later, (route) => {
        deliver(route)
        resolve()
      })
    })
    await page.goto(`${stories.address}/?story=${story}&language=en&server`)
    await asked
    return { page, errors }
  }

  test('that cannot be loaded: the page goes on without it, and the stopped request gets its 409', async () => {
    const { page, errors } = await open('first', (route) => void route.abort())
    await press(page, 'Publish')
    await page.waitForFunction(`client.calls.some(([verb]) => verb === 'closeGuardRail')`)
    expect(await dialog(page).count()).toBe(0)
    await press(page, 'Do: Choose a theme')
    await page.locator('[data-step-id="theme"][data-status="done"]').waitFor()
    await page.getByRole('button', { name: 'Hide for 7 days' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.bw-nudge').waitFor({ state: 'detached' })
    const focused = await page.evaluate(`document.activeElement.getAttribute('aria-label')`)
    expect(focused).toBe('Hide the setup guide')
    expect(await calls(page)).toEqual([['closeGuardRail'], ['completeStep', 'theme'], ['snoozeNudge']])
    expect(errors).toEqual([])
  })

  test('that is late: the guard rail opens when it is there, and what happened meanwhile is said', async () => {
    let arrive = (): void => {}
    const { page, errors } = await open('first', (route) => {
      arrive = () => void route.continue()
    })
    await press(page, 'Do: Choose a theme')
    await press(page, 'Publish')
    expect(await dialog(page).count()).toBe(0)
    arrive()
    await dialog(page).getByText('Payments come first').waitFor()
    await page.clock.runFor(1000)
    const status = page
      .getByRole('status', { includeHidden: true })
      .filter({ hasText: 'Choose a theme: done.' })
    await status.waitFor({ state: 'attached' })
    expect(errors).toEqual([])
  })

  test('that was away comes when it is asked for again, ten seconds later', async () => {
    let isAway = true
    const { page, errors } = await open(
      'welcome',
      (route) => void (isAway ? route.abort() : route.continue()),
    )
    await page.locator('.bw-guide').waitFor()
    expect(await page.locator('.bw-welcome').count()).toBe(0)
    isAway = false
    await page.clock.runFor(10_500)
    await page.locator('.bw-welcome').waitFor()
    expect(errors).toEqual([])
  })
})
