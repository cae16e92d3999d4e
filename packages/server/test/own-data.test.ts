import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type House } from './open-house.ts'

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open(), { corsOrigins: ['https://shop.example'] })
    await house.publish(flowFile('shop'))
  })
  afterAll(() => house.boardwalk.stop())

  test('a person is given what the host is given of them, and nothing of others', async () => {
    const me = await house.person('ada', {
      market: 'FR',
      account: 'acme',
      attributes: { note: 'ada-canary' },
    })
    const other = await house.person('grace', { attributes: { note: 'grace-canary' } })
    for (const call of [me, other]) await call('GET', '/api/onboarding')
    await me('PATCH', '/api/onboarding/steps/theme', { status: 'done', metadata: { color: 'blue-canary' } })
    const own = await me('GET', '/api/onboarding/export')
    expect(own.status).toBe(200)
    expect(own.body.auditEntries).toEqual([])
    const { body: told } = await house.server('GET', '/api/users/ada/export')
    // What is counted of a person is counted soon afterwards.
    expect({ ...told, auditEntries: [], tally: own.body.tally }).toEqual({
      ...own.body,
      tally: own.body.tally,
    })
    expect(told.auditEntries).toMatchObject([{ actor: 'key:first', action: 'exportUser', outcome: 'begun' }])
    const text = JSON.stringify(own.body)
    expect(text).toContain('ada-canary')
    expect(text).toContain('blue-canary')
    expect(text).not.toContain('grace')
  })

  test('of a stranger nothing is held, and asking for it stores nothing', async () => {
    const me = await house.person('stranger')
    for (const [method, path] of [
      ['GET', '/api/onboarding/export'],
      ['DELETE', '/api/onboarding'],
    ] as const)
      expect(await me(method, path)).toMatchObject({
        status: 404,
        body: { error: 'person_not_found', message: 'Nothing is held of you.' },
      })
    expect((await house.server('GET', '/api/users/stranger/onboarding')).status).toBe(404)
  })

  test('who erases themselves gets a receipt, and is refused until the host sends them again', async () => {
    const me = await house.person('marie', { attributes: { note: 'marie-canary' } })
    await me('GET', '/api/onboarding')
    const erased = await me('DELETE', '/api/onboarding')
    expect(erased).toMatchObject({
      status: 200,
      body: { receipt: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    })
    for (const [method, path] of [
      ['GET', '/api/onboarding'],
      ['GET', '/api/onboarding/export'],
      ['DELETE', '/api/onboarding'],
    ] as const)
      expect(await me(method, path)).toMatchObject({ status: 403, body: { error: 'person_erased' } })
    const { items } = (await house.server('GET', '/api/admin/audit?action=eraseOwn')).body
    expect(items).toMatchObject([
      { actor: 'person', outcome: 'refused' },
      { actor: 'person', outcome: 'done' },
      { actor: 'person', outcome: 'refused' },
    ])
    expect(JSON.stringify(items)).not.toContain('marie')
    await house.server('PUT', '/api/users/marie', {})
    expect((await me('GET', '/api/onboarding')).status).toBe(200)
    expect(JSON.stringify((await me('GET', '/api/onboarding/export')).body)).not.toContain('theme-canary')
  })

  test('pages of the configured origins may ask for both', async () => {
    const preflight = await house.as(undefined)('OPTIONS', '/api/onboarding', undefined, {
      origin: 'https://shop.example',
      'access-control-request-method': 'DELETE',
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE')
  })
})
