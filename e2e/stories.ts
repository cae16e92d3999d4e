// `npm run stories`: every state of the component kit in a browser. `-- --port 6006` listens there; `-- --pictures
// <folder>` takes pictures of all of them instead (`--languages de,ar` of these, `--only first,partial` of those).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launchChromium } from './chromium.ts'
import { openStories, visitStory, type Stories } from './open-stories.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    pictures: { type: 'string' },
    languages: { type: 'string', default: 'en,de,ar' },
    only: { type: 'string' },
  },
})

const widths = [320, 768, 1280]
const looks = { light: {}, dark: { colorScheme: 'dark' }, forced: { forcedColors: 'active' } } as const

const takePictures = async (stories: Stories, folder: string): Promise<number> => {
  await mkdir(folder, { recursive: true })
  const browser = await launchChromium()
  let count = 0
  for (const language of values.languages.split(','))
    for (const story of values.only?.split(',') ?? stories.names) {
      const { page, close } = await visitStory(browser, stories, story, language)
      // What is said of a stale guide comes after a second.
      await page.waitForTimeout(story === 'stale' ? 1_100 : 100)
      const take = async (name: string, width: number): Promise<void> => {
        await page.setViewportSize({ width, height: 640 })
        const path = join(folder, `${story}-${language}-${name}.png`)
        await page.screenshot({ path, fullPage: true, animations: 'disabled' })
        count += 1
      }
      for (const width of widths) await take(String(width), width)
      for (const [name, media] of Object.entries(looks).slice(1)) {
        await page.emulateMedia(media)
        await take(name, 768)
      }
      await close()
    }
  await browser.close()
  return count
}

const stories = await openStories(Number(values.port)).catch((error: unknown) => {
  console.error(`The stories cannot be served: ${String(error)}`)
  process.exit(1)
})
if (values.pictures === undefined) {
  console.log(`Stories of the component kit: ${stories.address} (Ctrl-C stops)`)
  process.once('SIGINT', () => void stories.stop())
  process.once('SIGTERM', () => void stories.stop())
} else {
  console.log(`${await takePictures(stories, values.pictures)} pictures in ${values.pictures}`)
  await stories.stop()
}
