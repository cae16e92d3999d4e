import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { hostileTexts, hostileUrls } from './corpora.ts'
import { apiKey, openStore, type OpenStore } from './open-store.ts'
import { watchScripts, type Watch } from './watch-scripts.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

const texts = Object.values(hostileTexts).flat()
const urls = Object.values(hostileUrls).flat()
const pages = [
  '/dashboard',
  '/onboarding',
  '/settings',
  '/store/products',
  '/store/theme',
  '/help/payments',
  '/nowhere',
]
const inABatch = 80

const batches = Array.from({ length: Math.ceil(texts.length / inABatch) }, (_, batch) =>
  texts.slice(batch * inABatch, (batch + 1) * inABatch),
)

/** A flow that says these texts wherever the contract lets it. */
const flowOf = (said: readonly string[], batch: number) => {
  const stepOf = (text: string, index: number) => ({
    id: `step-${batch}-${index}`,
    title: { en: text, fr: text },
    description: text,
    required: index === 0,
    ...(index === 0 && { gate: { message: text } }),
    ...(index % 3 === 0 && { restrictedTo: [text.replaceAll(/\p{Cc}/gu, '').slice(0, 60)] }),
    ...(index % 5 === 0 && {
      action: { type: 'open_modal', modal: 'payments_setup', prefill: { holder: text } },
    }),
  })
  const steps = said.filter((text) => text.isWellFormed() && !text.includes('\0')).map(stepOf)
  return { name: 'shop', steps, gates: { publish: { steps: [steps[0]!.id], critical: true } } }
}

describe.skipIf(inject('chromiumPath') === null)('the demo store of people who mean harm', () => {
  let browser: Browser
  let store: OpenStore
  let folder: string
  let page: Page
  let watch: Watch
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-'))
    ;[browser, store] = await Promise.all([launchChromium(), openStore({ directory: join(folder, 'data') })])
    page = await browser.newPage({ baseURL: store.address, locale: 'en-GB' })
    page.setDefaultTimeout(60_000)
    watch = await watchScripts(page, ({ origin }) => origin === store.address)
  })
  afterAll(async () => {
    await browser.close()
    await store.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL(path, store.address), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return {
      status: response.status,
      cookie: response.headers.getSetCookie(),
      body: (await response.json()) as any,
    }
  }
  const asTeam = { authorization: `Bearer ${apiKey}` }

  test('an address that is none of a page, or another host’s in disguise, is refused in a flow', async () => {
    const isPage = (url: string): boolean => {
      const target = URL.parse(url, store.address)
      const looks = /^(https?:\/\/|\/(?![/\\]))/.test(url) && url.length <= 2000
      return (
        looks && target !== null && /^https?:$/.test(target.protocol) && !target.pathname.startsWith('//')
      )
    }
    const odd = [...hostileTexts['addresses that run']!, ...urls].filter((url) => !isPage(url))
    expect(odd.length).toBeGreaterThan(100)
    for (let from = 0; from < odd.length; from += 30) {
      const steps = odd.slice(from, from + 30).flatMap((url, index) => [
        { id: `learn-${index}`, title: 'One', learnMoreUrl: url },
        { id: `action-${index}`, title: 'One', action: { type: 'redirect', url } },
        { id: `gate-${index}`, title: 'One', gate: { action: { type: 'redirect', url } } },
      ])
      const { status, body } = await post('/api/admin/flows', { name: 'addresses', steps }, asTeam)
      expect(status).toBe(422)
      const refused = new Set(
        body.problems.map(({ path }: { path: string }) => /^steps\W*(\d+)/.exec(path)?.[1]),
      )
      expect(steps.filter((_, index) => !refused.has(String(index)))).toEqual([])
    }
  })

  /** As the page itself sends it. */
  const inPage = (path: string, body: object): Promise<number> => {
    const sent = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return page.evaluate(
      `fetch(${JSON.stringify(path)}, ${JSON.stringify(sent)}).then(({ status }) => status)`,
    )
  }

  test('what they call themselves, their products and their steps runs nowhere', async () => {
    const told = { products: 0, members: 0, refused: 0, steps: 0, pages: 0 }
    for (const [batch, said] of batches.entries()) {
      const { status, body } = await post('/api/admin/flows', flowOf(said, batch), asTeam)
      expect({ status, problems: body.problems }).toEqual({ status: 201, problems: undefined })
      const version = `/api/admin/flows/shop/versions/${body.version}/publish`
      expect((await post(version, {}, asTeam)).status).toBe(200)

      await page.goto('/register')
      const email = (who: string): string => `${who}-${batch}@example.org`
      const name = said.find((text) => /^\P{Cc}{1,80}$/u.test(text))
      const owner = { name, email: email('owner'), role: 'owner', market: 'FR', plan: 'free' }
      expect(await inPage('/api/register', owner)).toBe(201)
      const invite: string = await page.evaluate(`fetch('/api/store').then((one) => one.json())
        .then((one) => new URLSearchParams(one.store.invitationLink.split('?')[1]).get('invite'))`)
      const statuses: number[] = await page.evaluate(`(async (texts) => {
        const headers = { 'content-type': 'application/json' }
        const statuses = []
        for (const name of texts) {
          const body = JSON.stringify({ name, price: '1' })
          statuses.push((await fetch('/api/store/products', { method: 'POST', headers, body })).status)
        }
        return statuses
      })(${JSON.stringify(said)})`)
      told.products += statuses.filter((one) => one < 300).length
      told.refused += statuses.filter((one) => one >= 400).length
      for (const [index, text] of said.entries()) {
        if (index % 5 > 0) continue
        const member = { name: text, email: email(`member-${index}`), role: 'staff', invite }
        if ((await post('/api/register', member)).status === 201) told.members += 1
      }
      await inPage('/api/store/legal', { impressum: said.join(' ').slice(0, 4000) })
      for (const path of pages) {
        await page.goto(path)
        await page.locator('h1').first().waitFor()
        expect(await watch.happened(), path).toEqual([])
        told.pages += 1
      }
      await page.goto('/onboarding')
      await page.locator('[data-step-id]').first().waitFor()
      told.steps += await page.locator('[data-step-id]').count()
      await page.goto('/dashboard')
      await page.getByRole('button', { name: 'Publish store' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await watch.happened()).toEqual([])
    }
    expect(told.products).toBeGreaterThan(200)
    expect(told.members).toBeGreaterThan(30)
    expect(told.steps).toBeGreaterThan(200)
    console.log(`In the demo store nothing ran: ${JSON.stringify(told)}`)
  })
})
