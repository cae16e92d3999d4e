import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { createServer as createVite } from 'vite'
import { buildPages, typeOf } from './build-pages.ts'

export type Stories = {
  readonly address: string
  readonly names: readonly string[]
  readonly stop: () => Promise<void>
}

type Rendering = {
  readonly sceneNames: readonly string[]
  readonly render: (name: string, language: string, dir: string) => string
}

const root = join(import.meta.dirname, '..', 'packages', 'react', 'stories')

// Nothing inline, no evaluation, no text as markup: what the kit promises to live with. The board shows a story in a
// frame.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'"

const languages = ['en', 'fr', 'de', 'ar']
const directions = ['ltr', 'rtl']

/** The stories of the component kit as pages, and a board to choose from; with `?server` they come rendered. */
export const openStories = async (port = 0): Promise<Stories> => {
  const files = await buildPages(root, ['index.html', 'board.html'])
  const vite = await createVite({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: [] },
  })
  const { sceneNames, render } = (await vite.ssrLoadModule('/render.tsx')) as Rendering
  const storyOf = ({ searchParams: asked }: URL): string => {
    const language = languages.find((one) => one === asked.get('language')) ?? 'en'
    const dir = directions.find((one) => one === asked.get('dir')) ?? (language === 'ar' ? 'rtl' : 'ltr')
    const rendered = asked.has('server') ? render(asked.get('story')!, language, dir) : ''
    return files
      .get('/index.html')!
      .replace('<html lang="en">', `<html lang="${language}" dir="${dir}">`)
      .replace('<div id="page"></div>', () => `<div id="page">${rendered}</div>`)
  }
  const pageOf = (url: URL): string | undefined => {
    if (url.pathname !== '/') return files.get(url.pathname)
    return url.searchParams.has('story') ? storyOf(url) : files.get('/board.html')
  }
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stories.invalid')
    const page = pageOf(url)
    response.writeHead(page === undefined ? 404 : 200, {
      'Content-Type': typeOf(url.pathname === '/' ? '.html' : url.pathname),
      'Content-Security-Policy': policy,
    })
    response.end(page)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    names: sceneNames,
    stop: async () => {
      await vite.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type StoryVisit = {
  readonly page: Page
  /** What went wrong in the page so far: errors, React's warnings, breaches of the policy. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

// Runs in the page, before anything of it.
const complainOfPolicy = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('content security policy: ' + violatedDirective + ' ' + blockedURI))`

/** A story in a browser of its own; `more` is added to the address, e.g. `&server`. */
export const visitStory = async (
  browser: Browser,
  { address }: Stories,
  story: string,
  language = 'en',
  more = '',
): Promise<StoryVisit> => {
  const context = await browser.newContext({ locale: language, viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.addInitScript({ content: complainOfPolicy })
  await page.goto(`${address}/?story=${story}&language=${language}${more}`)
  await page.locator('html[data-played]').waitFor({ state: 'attached' })
  // Both are loaded when they are needed.
  if (story.startsWith('guard-rail')) await page.locator('dialog[open]').waitFor()
  if (story === 'welcome') await page.locator('.bw-welcome').waitFor()
  return { page, complaints, close: () => context.close() }
}
