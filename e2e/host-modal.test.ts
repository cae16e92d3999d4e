import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Locator, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { openHostModal, type HostModal } from './open-host-modal.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const modal = (page: Page): Locator => page.getByRole('dialog', { name: 'Publish your shop' })
const guardRail = (page: Page): Locator => page.getByRole('dialog', { name: 'Setup required' })
const shows = (locator: Locator): Promise<void> => locator.waitFor({ state: 'visible' })
const isGone = (locator: Locator): Promise<void> => locator.waitFor({ state: 'detached' })
const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement.textContent')

describe.skipIf(inject('chromiumPath') === null).each(['radix', 'base-ui'])(
  'a form in a modal of the host, by %s',
  (library) => {
    let browser: Browser
    let host: HostModal
    beforeAll(async () => {
      ;[browser, host] = await Promise.all([launchChromium(), openHostModal()])
    })
    afterAll(async () => {
      await browser.close()
      await host.stop()
    })

    /** Somebody new, who filled in the form and was stopped by the gate of this step. */
    const stopped = async (gate: string, more = ''): Promise<{ page: Page; user: string }> => {
      const user = crypto.randomUUID()
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
      await context.addCookies([{ name: 'user', value: user, url: host.address }])
      const page = await context.newPage()
      await page.goto(`${host.address}/?library=${library}${more}`)
      await page.getByRole('button', { name: 'Publish…' }).click()
      await modal(page).getByLabel('Name').fill('Ropes & more')
      await modal(page).getByLabel('Behind').selectOption(gate)
      await modal(page).getByRole('button', { name: 'Publish' }).click()
      await shows(guardRail(page))
      return { page, user }
    }
    const formIsKept = async (page: Page): Promise<void> => {
      await shows(modal(page))
      expect(await modal(page).getByLabel('Name').inputValue()).toBe('Ropes & more')
    }

    test('the guard rail comes on top with the focus in it, and keeps the focus', async () => {
      const { page } = await stopped('terms')
      expect(await focused(page)).toBe('Set up now')
      for (let press = 0; press < 4; press++) {
        await page.keyboard.press('Tab')
        expect(await modal(page).evaluate((host) => host.contains(host.ownerDocument.activeElement))).toBe(
          false,
        )
      }
    })

    test('Escape closes the guard rail alone and gives the focus back into the form', async () => {
      const { page, user } = await stopped('terms')
      await page.keyboard.press('Escape')
      await isGone(guardRail(page))
      await formIsKept(page)
      await expect.poll(() => focused(page)).toBe('Publish')
      await shows(modal(page).getByText('Stopped: 409'))
      expect(host.attempts(user)).toBe(1)
      await page.keyboard.press('Escape')
      await isGone(modal(page))
    })

    test('a click in the guard rail, or beside it, is none outside of the modal', async () => {
      const { page } = await stopped('terms')
      await guardRail(page).getByText('The terms come first').click()
      await page.mouse.click(5, 5)
      await shows(guardRail(page))
      await guardRail(page).getByRole('button', { name: 'Cancel' }).click()
      await isGone(guardRail(page))
      await formIsKept(page)
      await expect.poll(() => focused(page)).toBe('Publish')
    })

    test('once the step is done the request goes again, once, and the form is told', async () => {
      const { page, user } = await stopped('terms')
      await guardRail(page).getByRole('button', { name: 'Set up now' }).click()
      await isGone(guardRail(page))
      await shows(modal(page).getByText('Published as Ropes & more'))
      await formIsKept(page)
      expect(host.attempts(user)).toBe(2)
    })

    test('the same through a second modal of the host', async () => {
      const { page, user } = await stopped('payments')
      await guardRail(page).getByRole('button', { name: 'Set up now' }).click()
      const payments = page.getByRole('dialog', { name: 'Payments' })
      await payments.getByRole('button', { name: 'Save payments' }).click()
      await isGone(payments)
      await shows(modal(page).getByText('Published as Ropes & more'))
      await formIsKept(page)
      expect(host.attempts(user)).toBe(2)
    })

    test('a request without a key is not sent again: the form gets its 409', async () => {
      const { page, user } = await stopped('terms', '&keyless')
      await guardRail(page).getByRole('button', { name: 'Set up now' }).click()
      await isGone(guardRail(page))
      await shows(modal(page).getByText('Stopped: 409'))
      await formIsKept(page)
      expect(host.attempts(user)).toBe(1)
    })
  },
)
