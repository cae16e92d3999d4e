import { join } from 'node:path'
import { Hono } from 'hono'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { personToken } from '@boardwalk/sdk'
import { createBoardwalk, listen, type Boardwalk, type Listening } from '@boardwalk/server'
import { buildPages, typeOf } from './build-pages.ts'
import { launchChromium } from './chromium.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const secret = 'a test secret of more than thirty-two bytes'
const apiKey = 'a-first-api-key-of-more-than-32-bytes'
const soon = { interval: 20 }

describe.skipIf(inject('chromiumPath') === null)('a page of another origin, with a stock client', () => {
  let browser: Browser
  let boardwalk: Boardwalk
  let api: Listening
  let pages: Listening
  let page: Page
  const statuses: number[] = []

  beforeAll(async () => {
    const files = await buildPages(join(import.meta.dirname, 'flags'))
    const host = new Hono().get('*', (context) => {
      const path = context.req.path === '/' ? '/index.html' : context.req.path
      const file = files.get(path)
      return file === undefined
        ? context.notFound()
        : context.body(file, 200, { 'Content-Type': typeOf(path) })
    })
    pages = await listen(async (request) => host.fetch(request), { port: 0, host: '127.0.0.1' })
    const log = pino({ level: 'silent' })
    const corsOrigins = [pages.address]
    boardwalk = createBoardwalk({ database: {}, tokens: { secret }, apiKey, corsOrigins, log })
    await boardwalk.verbs.publishFlow({ name: 'shop', steps: [{ id: 'pay', title: 'Pay' }] })
    api = await listen(boardwalk.fetch, { port: 0, host: '127.0.0.1' })
    browser = await launchChromium()
    page = await browser.newPage()
    page.on('response', (response) => {
      if (response.request().method() === 'POST') statuses.push(response.status())
    })
    await page.goto(pages.address)
  })
  afterAll(async () => {
    await browser.close()
    boardwalk.drain()
    await Promise.all([api.stop(), pages.stop()])
    await boardwalk.stop()
  })

  const connect = async (userId: string, asked = userId): Promise<unknown> => {
    const token = await personToken(userId, {}, { secret })
    return page.evaluate(`connect(${JSON.stringify({ baseUrl: api.address, token, userId: asked })})`)
  }
  const flag = (key: string): Promise<unknown> => page.evaluate(`flag(${JSON.stringify(key)})`)
  const team = (method: string, path: string, body: object): Promise<Response> =>
    fetch(`${api.address}/api/admin/release/shop${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  test('reads its person’s flags, then only whether they changed', async () => {
    await connect('ada')
    expect(await flag('shop')).toMatchObject({
      value: true,
      reason: 'STATIC',
      flagMetadata: { flow: 'shop' },
    })
    await expect.poll(() => statuses.filter((status) => status === 304).length, soon).toBeGreaterThan(2)
    expect(statuses.filter((status) => status !== 304)).toEqual([200])
  })

  test('reads a kill, and its end', async () => {
    await team('POST', '/kill', { reason: 'payments fail' })
    await expect.poll(() => flag('shop'), soon).toMatchObject({ value: false, reason: 'DISABLED' })
    await team('PUT', '', { enabled: true })
    await expect.poll(() => flag('shop'), soon).toMatchObject({ value: true, reason: 'STATIC' })
  })

  test('reads nobody else’s', async () => {
    await expect(connect('eve', 'ada')).rejects.toThrow('Initialization failed')
    expect(statuses).toContain(403)
  })
})
