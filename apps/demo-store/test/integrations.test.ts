import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase, forEachPostgres, startFaultProxy } from '@boardwalk/store/test-kit'
import { apiKey, openStore, type House, type Visitor } from './open-store.ts'

const integrations = '/api/store/integrations'
const stepOf = async (visitor: Visitor) =>
  (await visitor.get('/api/onboarding')).body.steps.find(({ id }: any) => id === 'connect_integration')

forEachDatabase((_, open) => {
  describe('an integration', () => {
    let house: House
    beforeAll(async () => {
      house = await openStore(await open())
    })
    afterAll(() => house.stop())

    const newcomer = (more: object = {}) =>
      house.registered({ email: `${randomUUID()}@example.org`, ...more })
    const completions = async (userId: string): Promise<any[]> => {
      const path = `/api/admin/people/${userId}/timeline?limit=100`
      const headers = { authorization: `Bearer ${apiKey}` }
      const { body } = await house.visitor().call('GET', path, undefined, headers)
      return body.events.filter(({ type }: any) => type === 'onboarding.step_completed')
    }

    test('is told as an event, which completes the step once, whoever connects and however often', async () => {
      const { visitor, view } = await newcomer()
      const invite = new URL(view.store.invitationLink, 'http://x').searchParams.get('invite')
      const staff = await newcomer({ role: 'staff', invite })
      for (const one of [visitor, staff.visitor]) expect((await stepOf(one)).status).toBe('todo')
      const connected = await staff.visitor.post(integrations, { app: 'quillbook' })
      expect(connected).toMatchObject({ status: 200, body: { store: { accounting: 'quillbook' } } })
      expect((await visitor.post(integrations, { app: 'quillbook' })).status).toBe(200)
      expect((await visitor.post(integrations, { app: 'pennyfold' })).status).toBe(200)
      for (const one of [visitor, staff.visitor]) expect((await stepOf(one)).status).toBe('done')
      expect(await completions(staff.view.person.id)).toMatchObject([
        { stepId: 'connect_integration', data: { metadata: { integrationId: expect.any(String) } } },
      ])
    })

    test('cannot be claimed by the person themselves', async () => {
      const { visitor } = await newcomer()
      const claim = await visitor.call('PATCH', '/api/onboarding/steps/connect_integration', {
        status: 'done',
      })
      expect(claim).toMatchObject({ status: 409, body: { error: 'proof_required' } })
      expect((await stepOf(visitor)).status).toBe('todo')
    })

    test('of an app that there is not, or of nobody, is refused', async () => {
      const { visitor } = await newcomer()
      for (const app of ['', 'excel', null, 7, ['quillbook'], '__proto__'])
        expect(await visitor.post(integrations, { app })).toMatchObject({
          status: 400,
          body: { error: 'invalid' },
        })
      expect((await house.visitor().post(integrations, { app: 'quillbook' })).status).toBe(401)
      expect((await visitor.get('/api/store')).body.store.accounting).toBeNull()
    })

    test('of somebody whom the team erased completes the step of the stranger that they come back as', async () => {
      const { visitor, view } = await newcomer()
      await house.erased(view.person.id)
      expect((await visitor.post(integrations, { app: 'ledgerbird' })).status).toBe(200)
      expect((await stepOf(visitor)).status).toBe('done')
    })
  })
})

forEachPostgres((_, address, open) => {
  test('an integration that could not be told is not shown as connected, and is told by the next try', async () => {
    const url = new URL(address)
    const proxy = await startFaultProxy({ port: Number(url.port), host: url.hostname })
    url.port = String(proxy.port)
    url.hostname = '127.0.0.1'
    const { schema } = await open()
    const house = await openStore({ url: url.href, schema })
    try {
      const { visitor } = await house.registered()
      await proxy.set({ kind: 'refuse' })
      const refused = await visitor.post(integrations, { app: 'quillbook' })
      expect(refused).toMatchObject({ status: 503, body: { error: 'boardwalk_away' } })
      expect((await visitor.get('/api/store')).body.store.accounting).toBeNull()
      await proxy.set({ kind: 'none' })
      await expect.poll(async () => (await visitor.post(integrations, { app: 'quillbook' })).status).toBe(200)
      expect((await stepOf(visitor)).status).toBe('done')
    } finally {
      await house.stop()
      await proxy.stop()
    }
  })
})
