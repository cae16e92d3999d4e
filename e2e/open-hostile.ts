import { join } from 'node:path'
import { createServer as createVite } from 'vite'
import { Hono } from 'hono'
import { listen } from '@boardwalk/server'
import { buildPages, typeOf } from './build-pages.ts'

export type HostileHost = {
  readonly address: string
  /** From now on the page comes with these texts rendered by the server; with none it comes empty. */
  readonly serve: (texts: readonly string[]) => void
  readonly isOwn: (url: URL) => boolean
  readonly stop: () => Promise<void>
}

const root = join(import.meta.dirname, 'hostile')

/** The kit's components with texts that want to run. Without a policy: one would hide that a text did. */
export const openHostile = async (): Promise<HostileHost> => {
  const files = await buildPages(root, ['index.html'], 'production')
  const vite = await createVite({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: [] },
  })
  const { render } = (await vite.ssrLoadModule('/render.tsx')) as {
    render: (texts: readonly string[]) => string
  }
  let rendered = ''
  const app = new Hono().get('*', (context) => {
    const path = context.req.path === '/' ? '/index.html' : context.req.path
    const file = files.get(path)
    if (file === undefined) return context.notFound()
    const page = file.replace('<div id="page"></div>', () => `<div id="page">${rendered}</div>`)
    return context.body(path === '/index.html' ? page : file, 200, { 'Content-Type': typeOf(path) })
  })
  const { address, stop } = await listen(async (request) => app.fetch(request), {
    port: 0,
    host: '127.0.0.1',
  })
  return {
    address,
    serve: (texts) => {
      rendered = texts.length === 0 ? '' : render(texts)
    },
    isOwn: ({ origin, pathname }) => origin === address && (pathname === '/' || files.has(pathname)),
    stop: async () => {
      await vite.close()
      await stop()
    },
  }
}
