import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build, createServer as createVite } from 'vite'

export type Stories = {
  readonly address: string
  readonly names: readonly string[]
  readonly stop: () => Promise<void>
}

type Rendering = {
  readonly storyNames: readonly string[]
  readonly render: (name: string, language: string) => string
}

const root = join(import.meta.dirname, '..', 'packages', 'react', 'stories')

// Nothing inline, no evaluation: what the kit promises to live with.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
}

/** React as in development: it complains of what differs between server and browser. */
const buildPages = async (): Promise<ReadonlyMap<string, string>> => {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { write: false, assetsInlineLimit: 0, modulePreload: { polyfill: false }, minify: false },
  })
  const output = Array.isArray(built)
    ? built.flatMap((one) => one.output)
    : 'output' in built
      ? built.output
      : []
  return new Map(
    output.map((file) => [
      `/${file.fileName}`,
      file.type === 'chunk' ? file.code : Buffer.from(file.source).toString(),
    ]),
  )
}

/** The stories of the component kit as pages; with `?server` they come rendered. */
export const openStories = async (): Promise<Stories> => {
  const files = await buildPages()
  const vite = await createVite({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: [] },
  })
  const { storyNames, render } = (await vite.ssrLoadModule('/render.tsx')) as Rendering
  const pageOf = (url: URL): string => {
    const language = url.searchParams.get('language') ?? 'en'
    const rendered = url.searchParams.has('server')
      ? render(url.searchParams.get('story') ?? 'first', language)
      : ''
    const dir = language === 'ar' ? 'rtl' : 'ltr'
    return files
      .get('/index.html')!
      .replace('<html lang="en">', `<html lang="${language}" dir="${dir}">`)
      .replace('<div id="page"></div>', () => `<div id="page">${rendered}</div>`)
  }
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stories.invalid')
    const file = files.get(url.pathname)
    const extension = url.pathname.slice(url.pathname.lastIndexOf('.') + 1)
    const isPage = url.pathname === '/'
    response.writeHead(isPage || file !== undefined ? 200 : 404, {
      'Content-Type': isPage ? 'text/html; charset=utf-8' : (types[extension] ?? 'text/plain'),
      'Content-Security-Policy': policy,
    })
    response.end(isPage ? pageOf(url) : file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    names: storyNames,
    stop: async () => {
      await vite.close()
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
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.addInitScript({ content: complainOfPolicy })
  await page.goto(`${address}/?story=${story}&language=${language}${more}`)
  await page.waitForFunction("globalThis.client?.calls.some(([verb]) => verb === 'connect')")
  return { page, complaints, close: () => context.close() }
}
