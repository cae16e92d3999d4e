import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen, type Listening } from '@boardwalk/server'
import { forEachDatabase, type OpenDatabase } from '@boardwalk/store/test-kit'
import { apiKey, openStore, owner, type House, type Visitor } from './open-store.ts'

const webhooks = { allow: ['127.0.0.1'] }

type Served = House & { readonly serving: Listening }

/** A store that can be called, as its webhook calls it. */
const serve = async (database: Awaited<ReturnType<OpenDatabase>>, dataFolder?: string): Promise<Served> => {
  const house = await openStore(database, { webhooks, ...(dataFolder !== undefined && { dataFolder }) })
  const serving = await listen(house.fetch, { port: 0, host: '127.0.0.1' })
  await house.receiveAt(serving.address)
  return {
    ...house,
    serving,
    stop: async () => {
      await serving.stop()
      await house.stop()
    },
  }
}

const messagesOf = async (visitor: Visitor): Promise<any[]> =>
  (await visitor.get('/api/store/messages')).body.messages

const asAdmin = async (house: House, method: string, path: string, body?: unknown) =>
  house.visitor().call(method, path, body, { authorization: `Bearer ${apiKey}` })

forEachDatabase((_, open) => {
  describe('what Boardwalk tells the store', () => {
    let house: Served
    beforeAll(async () => {
      house = await serve(await open())
    })
    afterAll(() => house.stop())

    const newcomer = () => house.registered({ email: `${randomUUID()}@example.org` })

    test('is shown to the members of that store and to nobody else', async () => {
      const ada = await newcomer()
      const grace = await newcomer()
      await ada.visitor.get('/api/onboarding')
      await ada.visitor.post('/api/store/theme', { theme: 'night' })
      await grace.visitor.get('/api/onboarding')
      await expect
        .poll(() => messagesOf(ada.visitor))
        .toContainEqual(
          expect.objectContaining({
            type: 'onboarding.step_completed',
            step: 'theme',
            personId: ada.view.person.id,
          }),
        )
      await expect.poll(async () => (await messagesOf(grace.visitor)).length).toBeGreaterThan(0)
      const seen = (await messagesOf(grace.visitor)).map(({ personId }) => personId)
      expect(new Set(seen)).toEqual(new Set([grace.view.person.id]))
      expect((await house.visitor().get('/api/store/messages')).status).toBe(401)
    })

    test('are the last twenty messages, each once', async () => {
      const { visitor } = await newcomer()
      await visitor.get('/api/onboarding')
      for (let turn = 0; turn < 21; turn += 1) await visitor.post('/api/store/publish')
      await expect.poll(async () => (await messagesOf(visitor)).length).toBe(20)
      const ids = (await messagesOf(visitor)).map(({ id }) => id)
      expect(new Set(ids).size).toBe(20)
    })

    test('a forged message is refused, and not shown', async () => {
      const { visitor, view } = await newcomer()
      const body = JSON.stringify({
        type: 'forged.message',
        timestamp: new Date().toISOString(),
        data: { userId: view.person.id },
      })
      const seconds = String(Math.floor(Date.now() / 1000))
      const signed = createHmac('sha256', 'guessed').update(`msg_1.${seconds}.${body}`).digest('base64')
      const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': seconds }
      for (const more of [{}, headers, { ...headers, 'webhook-signature': `v1,${signed}` }])
        expect((await house.visitor().post('/hooks/boardwalk', body, more)).status).toBe(401)
      // Nor from somebody who is signed in.
      expect((await visitor.post('/hooks/boardwalk', body, headers)).status).toBe(401)
      expect((await house.visitor().post('/hooks/boardwalk', 'x'.repeat(70_000))).status).toBe(413)
      expect((await messagesOf(visitor)).map(({ type }) => type)).not.toContain('forged.message')
    })

    test('of somebody who is not of the store is taken and shown to nobody', async () => {
      const { visitor, view } = await newcomer()
      const stranger = randomUUID()
      // Of their account, as their token or their host says; the store knows better.
      await asAdmin(house, 'PUT', `/api/users/${stranger}`, { account: view.store.id, role: 'owner' })
      const skip = await asAdmin(house, 'PATCH', `/api/users/${stranger}/onboarding/steps/product`, {
        status: 'done',
      })
      expect(skip.status).toBe(200)
      const [{ id }] = (await asAdmin(house, 'GET', '/api/admin/webhooks')).body.items
      const delivered = async () =>
        (await asAdmin(house, 'GET', `/api/admin/webhooks/${id}/deliveries?limit=100`)).body.items
          .filter(({ userId }: any) => userId === stranger)
          .map(({ status }: any) => status)
      await expect.poll(async () => new Set(await delivered())).toEqual(new Set(['delivered']))
      expect(await messagesOf(visitor)).toEqual([])
    })

    test('arrives also while the clock of the demo is ahead', async () => {
      const { visitor } = await newcomer()
      await visitor.post('/api/store/clock', { days: 8 })
      await visitor.get('/api/onboarding')
      await expect.poll(async () => (await messagesOf(visitor)).length).toBeGreaterThan(0)
      await visitor.post('/api/store/clock', { days: 0 })
    })
  })

  test('a store that starts again has one webhook, at its new address, with a new secret', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'boardwalk-store-'))
    const database = await open()
    const first = await serve(database, dataFolder)
    const webhooksOf = async (house: House): Promise<any[]> =>
      (await asAdmin(house, 'GET', '/api/admin/webhooks')).body.items
    const [{ id }] = await webhooksOf(first)
    await first.stop()
    const second = await serve(database, dataFolder)
    try {
      expect(await webhooksOf(second)).toMatchObject([
        { id, url: `${second.serving.address}/hooks/boardwalk`, status: 'active' },
      ])
      const visitor = second.visitor()
      await visitor.post('/api/register', owner)
      await visitor.get('/api/onboarding')
      await expect.poll(async () => (await messagesOf(visitor)).length).toBeGreaterThan(0)
    } finally {
      await second.stop()
      await rm(dataFolder, { recursive: true, force: true })
    }
  })
})
