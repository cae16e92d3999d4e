import { expect, test } from 'vitest'
import { forEachPostgres, startFaultProxy } from '@boardwalk/store/test-kit'
import { listeningLog, openStore, owner } from './open-store.ts'

forEachPostgres((_, address, open) => {
  test('while Boardwalk’s database is away people register and set up their store; what could not be told is told later', async () => {
    const url = new URL(address)
    const proxy = await startFaultProxy({ port: Number(url.port), host: url.hostname })
    url.port = String(proxy.port)
    url.hostname = '127.0.0.1'
    const { log, events } = listeningLog()
    const { schema } = await open()
    const house = await openStore({ url: url.href, schema }, { log })
    try {
      await proxy.set({ kind: 'refuse' })
      const visitor = house.visitor()
      expect((await visitor.post('/api/register', owner)).status).toBe(201)
      expect(events).toContain('store.person_not_told')
      expect((await visitor.get('/api/store')).status).toBe(200)
      expect((await visitor.get('/api/onboarding')).status).toBe(503)

      const theme = await visitor.post('/api/store/theme', { theme: 'night' })
      expect(theme).toMatchObject({ status: 503, body: { error: 'boardwalk_away' } })
      expect(theme.headers.get('retry-after')).toBe('1')
      expect((await visitor.get('/api/store')).body.store.theme).toBe('night')
      expect((await visitor.post('/api/store/publish')).status).toBe(503)

      await proxy.set({ kind: 'none' })
      await expect.poll(async () => (await visitor.get('/health/ready')).status).toBe(200)
      expect((await visitor.post('/api/store/theme', { theme: 'night' })).status).toBe(200)
      expect((await visitor.post('/api/store/publish')).status).toBe(409)
      const { body } = await visitor.get('/api/onboarding')
      expect(body.steps.find(({ id }: { id: string }) => id === 'theme').status).toBe('done')
    } finally {
      await house.stop()
      await proxy.stop()
    }
  })
})
