import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Locator, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { openStories, visitStory, type Stories, type StoryVisit } from './open-stories.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const shows = (locator: Locator): Promise<void> => locator.waitFor({ state: 'visible' })
const isGone = (locator: Locator): Promise<void> => locator.waitFor({ state: 'detached' })
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })
const step = (page: Page, id: string): Locator => page.locator(`[data-step-id="${id}"]`)
const dialog = (page: Page): Locator => page.locator('[role="dialog"][data-modal="guard_rail"]')
const said = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByRole('status').filter({ hasText: text }).waitFor({ state: 'attached' })
/** What has the focus: its name as it is read, or its tag. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const { activeElement: one } = document
    return one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 40) ?? one.tagName
  })()`)
/** What the person had the client do; it connects, and tells what was seen, by itself. */
const calls = (page: Page): Promise<unknown> =>
  page.evaluate(`client.calls.filter(([verb]) => !/connect|observe/.test(verb))`)

describe.skipIf(inject('chromiumPath') === null)('the component kit in a browser', () => {
  let browser: Browser
  let stories: Stories
  const visits: StoryVisit[] = []
  beforeAll(async () => {
    ;[browser, stories] = await Promise.all([launchChromium(), openStories()])
  })
  afterAll(async () => {
    await Promise.all(visits.map(({ close }) => close()))
    await stories.stop()
    await browser.close()
  })

  const open = async (story: string, language = 'en', more = ''): Promise<StoryVisit> => {
    const visited = await visitStory(browser, stories, story, language, more)
    visits.push(visited)
    return visited
  }

  test('every story is the same from the server and in the browser, with no complaint and no overflow', async () => {
    for (const language of ['en', 'ar']) {
      for (const story of stories.names) {
        const { page, complaints, close } = await open(story, language, '&server')
        await page.waitForTimeout(50)
        // Of a read that failed the developer is told why.
        const others = complaints.filter((text) => story !== 'failed' || !text.includes('did not answer'))
        expect(others, `${story} in ${language}`).toEqual([])
        expect(await page.evaluate('globalThis.hacked'), story).toBeUndefined()
        await page.setViewportSize({ width: 320, height: 700 })
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(Number(overflow), `${story} in ${language}`).toBeLessThanOrEqual(0)
        await close()
      }
    }
  })

  test('the keyboard reaches everything in order, and the ring is seen', async () => {
    const { page } = await open('first')
    const names: string[] = []
    for (let press = 0; press < 20; press++) {
      await page.keyboard.press('Tab')
      names.push(await focused(page))
      if (names.at(-1) === 'After it all') break
    }
    expect(names).toEqual([
      'Publish',
      'Sell',
      'Continue setup',
      'Hide for 7 days',
      'Close',
      'Hide the setup guide',
      'Verify your email',
      'Do: Verify your email',
      'Learn more about Verify your email',
      'Set up payments',
      'Do: Set up payments',
      'Learn more about Set up payments',
      'Choose a theme',
      'Do: Choose a theme',
      'Skip Choose a theme for now (you can come back to it from the dashboard)',
      'Add your first product',
      'Do: Add your first product',
      'Skip Add your first product for now (you can come back to it from the dashboard)',
      'Do: Connect your domain',
      'Skip Connect your domain for now (you can come back to it from the dashboard)',
    ])
    const small = await page.evaluate(`[...document.querySelectorAll('.bw-root button, .bw-root a')]
      .filter((one) => { const { width, height } = one.getBoundingClientRect(); return width < 24 || height < 24 })
      .map((one) => one.textContent)`)
    expect(small).toEqual([])
    const outline = 'getComputedStyle(document.activeElement).outlineWidth'
    expect(await page.evaluate(outline)).toBe('3px')
  })

  test('one description is open at a time', async () => {
    const { page } = await open('first')
    const fold = (name: string) => page.getByRole('button', { name, exact: true })
    expect(await fold('Verify your email').getAttribute('aria-expanded')).toBe('true')
    await fold('Set up payments').focus()
    await page.keyboard.press('Space')
    expect(await fold('Set up payments').getAttribute('aria-expanded')).toBe('true')
    expect(await fold('Verify your email').getAttribute('aria-expanded')).toBe('false')
    await shows(page.getByText('Add your payment details'))
    await page.keyboard.press('Enter')
    expect(await fold('Set up payments').getAttribute('aria-expanded')).toBe('false')
  })

  test('a claim is on its way, done, said, and the focus stays with the step', async () => {
    const { page } = await open('first', 'en', '&delay=800')
    const claim = button(page, 'Do: Choose a theme')
    await claim.focus()
    await page.keyboard.press('Enter')
    await page.locator('[data-step-id="theme"] [aria-disabled="true"]').first().waitFor()
    await page.keyboard.press('Enter')
    await shows(step(page, 'theme').getByText('Done'))
    expect(await focused(page)).toBe('Choose a theme')
    await said(page, 'Choose a theme: done. 1 of 5 steps done.')
    expect(await calls(page)).toEqual([['completeStep', 'theme']])
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('18')
    expect(await page.locator('.bw-bar-fill').getAttribute('width')).toBe('18')
  })

  test('a skipped step stays in sight, is hidden on the next visit, and can be done anyway', async () => {
    const { page } = await open('first')
    await step(page, 'theme').getByRole('button', { name: 'Skip' }).click()
    await page.locator('[data-step-id="theme"][data-status="skipped"]').waitFor()
    await said(page, 'Choose a theme: skipped.')
    await button(page, 'Hide skipped steps').click()
    await isGone(step(page, 'theme'))

    const next = await open('skipped')
    expect(await step(next.page, 'theme').count()).toBe(0)
    await button(next.page, 'Show skipped steps').click()
    await shows(step(next.page, 'theme').getByText('Skipped'))
    await button(next.page, 'Do it anyway: Choose a theme').click()
    await next.page.locator('[data-step-id="theme"][data-status="done"]').waitFor()
  })

  test('several changes are said at once', async () => {
    const { page } = await open('first')
    await page.evaluate(`void client.completeStep('theme'); void client.completeStep('email')`)
    await said(page, 'Verify your email, Choose a theme: done. 2 of 5 steps done.')
  })

  test('a refusal is shown and said', async () => {
    const { page } = await open('first')
    await page.evaluate(`client.refuseNext({ code: 'dependency_open', message: 'developer English' })`)
    await button(page, 'Do: Choose a theme').click()
    await shows(page.locator('.bw-note').filter({ hasText: 'Finish the steps before it first' }))
    await said(page, 'Finish the steps before it first')
    await page.locator('[data-step-id="theme"][data-status="todo"]').waitFor()
  })

  test('that the server is away is said after a moment only', async () => {
    const { page } = await open('stale')
    const note = page.locator('.bw-note').filter({ hasText: 'out of date' })
    expect(await note.isVisible()).toBe(false)
    await shows(note)
    const off = button(page, 'Do: Choose a theme')
    expect(await off.getAttribute('aria-disabled')).toBe('true')
    const reason = await off.getAttribute('aria-describedby')
    expect(await page.locator(`[id="${reason}"]`).textContent()).toContain('the server cannot be reached')
    await off.focus()
    await page.keyboard.press('Enter')
    await button(page, 'Try again').click()
    expect(await calls(page)).toEqual([['refresh']])
  })

  test('links are real, own paths go through the host, others do not', async () => {
    const { page } = await open('first')
    const link = page.getByRole('link', { name: 'Do: Verify your email' })
    expect(await link.getAttribute('href')).toBe('/account/email')
    await link.click()
    await shows(page.locator('output').filter({ hasText: '/account/email' }))
    const outside = page.getByRole('link', { name: 'Do: Connect your domain' })
    expect(await outside.getAttribute('href')).toBe('https://domains.example.org/connect')
    const hostile = await open('hostile')
    expect(await hostile.page.locator('[data-step-id] a').count()).toBe(0)
  })

  test('the guide is put away and brought back, and the focus goes along', async () => {
    const { page } = await open('first')
    await button(page, 'Hide the setup guide').focus()
    await page.keyboard.press('Enter')
    await isGone(page.locator('.bw-guide'))
    expect(await focused(page)).toBe('Show the setup guide')
    await page.keyboard.press('Enter')
    await shows(page.locator('.bw-guide'))
    expect(await focused(page)).toBe('Hide the setup guide')
  })

  test('a snooze can be taken back, and goes politely', async () => {
    const { page } = await open('first', 'fr')
    await page.clock.install()
    await button(page, 'Masquer 7 jours').focus()
    await page.keyboard.press('Enter')
    const notice = page.locator('.bw-snoozed')
    await shows(notice.getByText(/Nous vous le rappellerons le \d+ /))
    expect(await focused(page)).toBe('Annuler')
    await page.clock.runFor(1000)
    await said(page, /Nous vous le rappellerons le/)
    // By keyboard the focus is there: the time goes on all the same, as it does on the server.
    await page.clock.runFor(7000)
    await page.keyboard.press('Enter')
    await shows(page.getByText('Terminer la configuration (5)'))
    await button(page, 'Masquer 7 jours').click()
    await shows(notice)
    await page.mouse.move(2, 2)
    await page.clock.runFor(10_500)
    await isGone(notice)
    expect(await page.getByText('Terminer la configuration').count()).toBe(0)
    expect(await calls(page)).toEqual([['snoozeNudge'], ['unsnoozeNudge'], ['snoozeNudge']])
  })

  test('a snooze past the limit is told, and the nudge stays', async () => {
    const { page } = await open('first')
    await page.evaluate(`client.refuseNext({ code: 'snooze_limit', message: 'developer English' })`)
    await button(page, 'Hide for 7 days').click()
    await said(page, 'The reminder was hidden as often as it can be.')
    await shows(button(page, 'Hide for 7 days'))
    await button(page, 'Close').click()
    await isGone(page.locator('.bw-nudge'))
    expect(await focused(page)).toBe('Hide the setup guide')
  })

  test('the welcome comes before the nudge, and leads to the guide', async () => {
    const { page } = await open('welcome')
    await shows(page.getByText('3 short steps'))
    expect(await page.locator('.bw-nudge').count()).toBe(0)
    await button(page, 'Get started').focus()
    await page.keyboard.press('Enter')
    await isGone(page.locator('.bw-welcome'))
    expect(await focused(page)).toBe('Verify your email')
    await shows(page.locator('.bw-nudge'))
  })

  test('the guard rail: focus, Escape, focus again', async () => {
    const { page } = await open('first', 'fr')
    await button(page, 'Publish').focus()
    await page.keyboard.press('Enter')
    await shows(dialog(page).getByText('Payments come first'))
    expect(await focused(page)).toBe('Configurer maintenant')
    const label = await dialog(page).getAttribute('aria-labelledby')
    expect(await page.locator(`[id="${label}"]`).textContent()).toBe('Configuration requise')
    await page.keyboard.press('Escape')
    await isGone(dialog(page))
    expect(await focused(page)).toBe('Publish')
    expect(await calls(page)).toEqual([['closeGuardRail']])
  })

  test('the guard rail leads through a modal of the host', async () => {
    const { page } = await open('first', 'fr')
    await button(page, 'Sell').click()
    await shows(dialog(page).getByRole('listitem').filter({ hasText: 'Configurer les paiements' }))
    expect(await dialog(page).getByRole('listitem').count()).toBe(3)
    await dialog(page).getByRole('button', { name: 'Configurer maintenant' }).click()
    const host = page.locator('[data-modal="payments_setup"]')
    await shows(host)
    expect(await dialog(page).count()).toBe(0)
    await host.getByRole('button', { name: 'Save' }).click()
    // The next one that is missing is a page.
    await shows(dialog(page).getByRole('link', { name: 'Configurer maintenant' }))
    await dialog(page).getByRole('button', { name: 'Annuler' }).click()
    await isGone(dialog(page))

    await button(page, 'Publish').click()
    await shows(page.getByText('A shop'))
  })

  test('the guard rail tells that it came to nothing', async () => {
    const { page } = await open('first', 'fr')
    await page.evaluate(`client.block('theme')`)
    await page.evaluate(`client.refuseNext({ code: 'unreached', message: '' })`)
    await dialog(page).getByRole('button', { name: 'Configurer maintenant' }).click()
    await shows(dialog(page).getByText('Une erreur est survenue. Veuillez réessayer.'))
    await dialog(page).getByRole('button', { name: 'Réessayer' }).click()
    await isGone(dialog(page))
  })

  test('who may not do the missing step is told whom to ask', async () => {
    const { page } = await open('restricted', 'fr')
    await page.evaluate(`client.block('payments')`)
    await shows(dialog(page).getByText("Demander à l'owner"))
    expect(await focused(page)).toBe('Annuler')
    expect(await dialog(page).getByRole('button').count()).toBe(1)
  })

  test('from right to left, and with less motion and colour', async () => {
    const { page } = await open('partial', 'ar')
    const left = `(selector) => document.querySelector(selector).getBoundingClientRect().left`
    const [title, close] = (await page.evaluate(
      `['.bw-guide .bw-title', '.bw-guide .bw-close'].map(${left})`,
    )) as number[]
    expect(title).toBeGreaterThan(close!)
    const fill = (await page.evaluate(
      `(() => { const [bar, fill] = ['.bw-bar', '.bw-bar-fill'].map((one) => document.querySelector(one).getBoundingClientRect()); return [bar.right - fill.right, fill.left - bar.left] })()`,
    )) as number[]
    expect(fill[0]).toBeLessThan(1)
    expect(fill[1]).toBeGreaterThan(10)
    await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' })
    const style = await page.evaluate(
      `getComputedStyle(document.querySelector('.bw-bar-fill')).transitionDuration`,
    )
    expect(style).toBe('0s')
  })
})
