import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { forEachDatabase, startKafka, type KafkaServer } from '@boardwalk/store/test-kit'
import { launchChromium } from './chromium.ts'
import { apiKey, openStore, visit, type OpenStore } from './open-store.ts'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import './provided-context.ts'

describe.skipIf(inject('chromiumPath') === null)('the demo store with Kafka', () => {
  let browser: Browser
  let kafka: KafkaServer
  beforeAll(async () => {
    browser = await launchChromium()
    kafka = await startKafka({ own: true })
  })
  afterAll(async () => {
    await browser.close()
    await kafka.stop()
  })

  forEachDatabase((_, open) => {
    let store: OpenStore
    beforeAll(async () => {
      // A topic that nobody has made yet: the first integration makes it.
      store = await openStore(await open(), { kafka: { brokers: kafka.brokers, groupId: randomUUID() } })
    })
    afterAll(() => store.stop())

    test('an integration goes over the topic, and the guide ticks by itself', async () => {
      const { page, close, expectNoComplaint } = await visit(browser, store.address, 'en-GB')
      await page.goto('/')
      await page.getByLabel('Your name').fill('Ada')
      await page.getByLabel('E-mail address').fill(`${randomUUID()}@example.org`)
      await page.getByRole('button', { name: 'Open the store' }).click()
      await page.waitForURL('**/dashboard')
      await page.goto('/store/integrations')
      await page.locator('[data-step-id="connect_integration"][data-status="todo"]').waitFor()
      await page.getByRole('button', { name: 'Connect Pennyfold' }).click()
      await page
        .locator('[data-step-id="connect_integration"][data-status="done"]')
        .waitFor({ timeout: 90_000 })

      const id = await page.evaluate("fetch('/api/store').then((r) => r.json()).then((v) => v.person.id)")
      const response = await fetch(`${store.address}/api/admin/people/${String(id)}/timeline?limit=100`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
      const { events } = (await response.json()) as { events: Record<string, unknown>[] }
      expect(events.filter(({ type }) => type === 'onboarding.step_completed')).toMatchObject([
        { stepId: 'connect_integration', data: { metadata: { integrationId: expect.any(String) } } },
      ])
      expectNoComplaint()
      await close()
    })
  })
})
