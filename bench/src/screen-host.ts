import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { mount } from 'hono/mount'
import { createBoardwalk, listen } from '@boardwalk/server'
import { bundle } from './bundle.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const userId = 'ada'

const pageOf = (folder: string, styles: string, initial: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>A shop</title>
    <link rel="icon" href="data:," />
    ${styles}
    <script type="module" src="/${folder}/entry.js"></script>
  </head>
  <body>
    <div id="page"></div>
    ${initial}
  </body>
</html>`

/** A host with Boardwalk in it, on the embedded database: the same page bare, with a guide, and with a guide whose state comes along. */
export const openScreenHost = async (): Promise<{ address: string; stop: () => Promise<void> }> => {
  const directory = await mkdtemp(join(tmpdir(), 'boardwalk-screens-'))
  const boardwalk = createBoardwalk({
    database: { directory },
    identify: () => ({ userId, role: 'owner' }),
    // One person opens all the pages.
    limits: { requestsPerMinute: 1_000_000 },
  })
  await boardwalk.verbs.publishFlow(JSON.parse(await readFile(path('../../flows/shop.json'), 'utf8')))
  await boardwalk.verbs.putUser(userId, { role: 'owner', market: 'FR' })
  const styles = await readFile(fileURLToPath(import.meta.resolve('@boardwalk/react/styles.css')), 'utf8')

  const app = new Hono()
  app.all('/boardwalk/*', mount(boardwalk.fetch))
  for (const folder of ['bare', 'guided']) {
    const files = await bundle({ code: `import './${folder}.tsx'`, folder: path('../page') })
    for (const [name, code] of files)
      app.get(`/${folder}/${name}`, (context) =>
        context.body(code, 200, { 'Content-Type': 'text/javascript' }),
      )
  }
  app.get('/styles.css', (context) => context.body(styles, 200, { 'Content-Type': 'text/css' }))
  const link = '<link rel="stylesheet" href="/styles.css" />'
  app.get('/bare', (context) => context.html(pageOf('bare', '', '')))
  app.get('/asking', (context) => context.html(pageOf('guided', link, '')))
  app.get('/given', async (context) => {
    const onboarding = await boardwalk.verbs.getOnboarding(userId)
    const json = JSON.stringify(onboarding).replaceAll('<', String.raw`\u003c`)
    return context.html(
      pageOf('guided', link, `<script type="application/json" id="initial">${json}</script>`),
    )
  })
  const { address, stop } = await listen(app.fetch, { port: 0, host: '127.0.0.1' })
  return {
    address,
    stop: async () => {
      boardwalk.drain()
      await stop()
      await boardwalk.stop()
      await rm(directory, { recursive: true })
    },
  }
}
