import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { axeFindings } from './axe-findings.ts'
import { launchChromium } from './chromium.ts'
import { openStories, visitStory, type Stories } from './open-stories.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

describe.skipIf(inject('chromiumPath') === null)('axe over the component kit', () => {
  let browser: Browser
  let stories: Stories
  beforeAll(async () => {
    ;[browser, stories] = await Promise.all([launchChromium(), openStories()])
  })
  afterAll(async () => {
    await stories.stop()
    await browser.close()
  })

  test.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['forced colours', { forcedColors: 'active' }],
  ] as const)('finds nothing in any story, in English and French, %s', async (_, media) => {
    let pages = 0
    for (const language of ['en', 'fr'])
      for (const story of stories.names) {
        const { page, close } = await visitStory(browser, stories, story, language)
        await page.emulateMedia({ reducedMotion: 'reduce', ...media })
        // What is said of a stale guide comes after a second.
        await page.waitForTimeout(story === 'stale' ? 1_100 : 50)
        expect(await axeFindings(page), `${story} in ${language}`).toEqual([])
        await close()
        pages += 1
      }
    console.log(`axe found nothing on ${pages} pages`)
  })
})
