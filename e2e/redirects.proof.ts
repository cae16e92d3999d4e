import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
// oxlint-disable-next-line house/imports-follow-the-arrows -- what no package exports is looked at here, too
import { isReturnPath } from '../packages/contract/src/urls.ts'
// oxlint-disable-next-line house/imports-follow-the-arrows -- what no package exports is looked at here, too
import { returnPath } from '../apps/demo-store/browser/pages/return-path.ts'
// oxlint-disable-next-line house/imports-follow-the-arrows -- what no package exports is looked at here, too
import { safeUrl } from '../packages/react/src/kit/safe-url.ts'
import { launchChromium } from './chromium.ts'
import { hostileTexts, hostileUrls } from './corpora.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const origin = 'http://own.invalid'
const urls = [...new Set([...Object.values(hostileUrls).flat(), ...hostileTexts['addresses that run']!])]

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** What each place lets a page go to, of these addresses. */
const places: Readonly<Record<string, readonly string[]>> = {
  'where a gate lets people come back to': urls.filter(isReturnPath),
  'the same, decoded once by somebody': urls.filter(isReturnPath).map(decoded),
  'where the store goes after signing in': urls.map((url) => returnPath(url, origin)),
  'what the kit hands to the router of a host': urls.filter((url) => safeUrl(url)?.startsWith('/')),
}

describe.skipIf(inject('chromiumPath') === null)(`${urls.length} addresses that lead elsewhere`, () => {
  let browser: Browser
  let page: Page
  let asked: string[] = []
  beforeAll(async () => {
    browser = await launchChromium()
    page = await browser.newPage()
    await page.route('**/*', (route) => {
      asked.push(route.request().url())
      // Of what has no content the browser stays where it is.
      return asked.length === 1 && asked[0] === `${origin}/start`
        ? route.fulfill({ contentType: 'text/html', body: '<p>Here</p>' })
        : route.fulfill({ status: 204 })
    })
    await page.goto(`${origin}/start`)
  })
  afterAll(() => browser.close())

  /** Where a browser goes from a page of ours, of all these, that is not ours. */
  const strayed = async (targets: readonly string[]): Promise<string[]> => {
    asked = ['']
    for (const target of new Set(targets))
      await page.evaluate(`(async () => {
        try { location.assign(${JSON.stringify(target)}) } catch {}
        await new Promise((resolve) => setTimeout(resolve, 20))
      })()`)
    await page.waitForTimeout(200)
    return asked.slice(1).filter((url) => new URL(url).origin !== origin)
  }

  test.each(Object.entries(places))('%s: none leaves the origin', async (place, targets) => {
    expect(await strayed(targets)).toEqual([])
    expect(await page.evaluate('location.href')).toBe(`${origin}/start`)
    console.log(`${place}: ${new Set(targets).size} different ways of ${urls.length} addresses, none away`)
  })

  test('followed as they are, or when only their first slash is looked at, many do', async () => {
    const started = urls.filter((url) => url.trim().startsWith('/'))
    expect((await strayed(started)).length).toBeGreaterThan(10)
  })
})
