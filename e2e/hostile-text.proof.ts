import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { hostileTexts, hostileUrls } from './corpora.ts'
import { openHostile, type HostileHost } from './open-hostile.ts'
import { watchScripts, type Watch } from './watch-scripts.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const groups = Object.entries({ ...hostileTexts, ...hostileUrls })
const all = groups.flatMap(([, texts]) => texts)

/** Elements and attributes that stand in the page, without the texts that they hold. */
const markup = (page: Page): Promise<string[]> =>
  page.evaluate(`[...new Set([...document.querySelectorAll('#page *, body > dialog, body > dialog *')].flatMap((one) =>
    [one.localName, ...one.getAttributeNames().map((name) => one.localName + ' ' + name)]))].toSorted()`)

/** Links that lead to what is no web page; one that no browser can read leads nowhere. */
const oddLinks = (page: Page): Promise<string[]> =>
  page.evaluate(
    `[...document.querySelectorAll('a')].filter((one) => !/^(https?)?:$/.test(one.protocol)).map((one) => one.href)`,
  )

/** Texts that are not to be read in their section. */
const missing = (page: Page, texts: readonly string[]): Promise<string[]> =>
  page.evaluate(`((texts) => texts.filter((text, index) =>
    !document.querySelector('[data-text="' + index + '"]')?.textContent.includes(text)))(${JSON.stringify(texts)})`)

const pressLinks = (page: Page): Promise<number> =>
  page.evaluate(`(async () => {
    const links = [...document.querySelectorAll('a')]
    for (const one of links) one.click()
    await new Promise((resolve) => setTimeout(resolve, 50))
    return links.length
  })()`)

/** Ways that the kit asked the host's router for which are no paths of the page's own, or none to some router. */
const strayWays = (page: Page): Promise<string[]> =>
  page.evaluate(`ways.filter((way) => {
    const { origin, pathname } = new URL(way, location.href)
    return origin !== location.origin || pathname.startsWith('//')
  })`)

describe.skipIf(inject('chromiumPath') === null)('texts that want to run', () => {
  let browser: Browser
  let host: HostileHost
  let page: Page
  let watch: Watch
  beforeAll(async () => {
    ;[browser, host] = await Promise.all([launchChromium(), openHostile()])
  })
  afterAll(async () => {
    await browser.close()
    await host.stop()
  })

  const open = async (texts: readonly string[] = []): Promise<void> => {
    await page?.close()
    host.serve(texts)
    page = await browser.newPage()
    watch = await watchScripts(page, host.isOwn)
    await page.goto(host.address)
    await page.locator('html[data-ready]').waitFor({ state: 'attached' })
  }
  const show = (kind: 'kit' | 'careless', texts: readonly string[]): Promise<void> =>
    page.evaluate(`show(${JSON.stringify(kind)}, ${JSON.stringify(texts)})`)

  test(`${all.length} texts in every field of every component run nowhere, from a browser's script or from a server`, async () => {
    expect(new Set(all).size).toBeGreaterThan(400)
    await open()
    await show('kit', ['harmless', '/own', 'https://host.example/'])
    const before = await markup(page)
    let pressed = await pressLinks(page)
    const known = new Set([...before, ...(await markup(page))])
    const look = async (group: string, texts: readonly string[]): Promise<void> => {
      await show('kit', texts)
      expect(
        (await markup(page)).filter((one) => !known.has(one)),
        group,
      ).toEqual([])
      expect(await missing(page, texts), group).toEqual([])
      expect(await oddLinks(page), group).toEqual([])
      pressed += await pressLinks(page)
      expect(await watch.happened(), group).toEqual([])
      expect(await strayWays(page), group).toEqual([])
    }
    for (const [group, texts] of groups) await look(group, texts)
    expect(await page.evaluate('ways.length')).toBeGreaterThan(100)
    for (const [group, texts] of Object.entries(hostileTexts)) {
      await open(texts)
      expect(await page.locator('[data-text]').count(), group).toBe(texts.length)
      expect(await watch.happened(), `${group}, from the server`).toEqual([])
      await look(group, texts)
    }
    console.log(`${all.length} texts, ${pressed} links pressed: nothing ran`)
  })

  test('a page that trusts them is caught, by each way of attack', async () => {
    const caught = new Map<string, number>()
    for (const [group, texts] of Object.entries(hostileTexts)) {
      await open()
      // A text may lead the page away, which counts as well.
      await show('careless', texts)
        .then(() => pressLinks(page))
        .catch(() => 0)
      caught.set(group, (await watch.happened()).length)
    }
    console.log(`Caught in a page that trusts texts: ${JSON.stringify(Object.fromEntries(caught))}`)
    for (const [group, count] of caught) expect(count, group).toBeGreaterThan(0)
  })
})
