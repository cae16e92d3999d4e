import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import type { Identity } from '../src/index.ts'
import { flowFile, openHouse, type House } from './open-house.ts'

forEachDatabase((_, open) => {
  let house: House
  let who: Identity | null | undefined | false
  beforeAll(async () => {
    house = await openHouse(await open(), { identify: () => who })
    await house.publish(flowFile('shop'))
  })
  afterAll(() => house.boardwalk.stop())

  test('the host says who is calling, by its own session', async () => {
    who = { userId: 'ada', role: 'owner', account: 'a-1' }
    expect((await house.as(undefined)('GET', '/api/onboarding')).body.flow.name).toBe('shop')
  })

  test.each([[null], [undefined], [false]] as const)('%s is nobody: 401', async (nobody) => {
    who = nobody
    expect((await house.as(undefined)('GET', '/api/onboarding')).status).toBe(401)
  })

  test('a fact that the host does not know is no claim', async () => {
    who = { userId: 'ada', role: undefined, account: undefined } as unknown as Identity
    expect((await house.as(undefined)('GET', '/api/onboarding')).status).toBe(200)
    const { body } = await house.server('GET', '/api/users/ada/export')
    expect(body).toMatchObject({ facts: { role: 'owner' }, account: 'a-1' })
  })

  test('a fact that does not fit is the host’s mistake: 500, and nothing told of it', async () => {
    who = { userId: 'ada', role: 7 } as unknown as Identity
    expect(await house.as(undefined)('GET', '/api/onboarding')).toMatchObject({
      status: 500,
      body: { error: 'internal' },
    })
  })

  test.each<[Record<string, string>, number]>([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://boardwalk.test' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://boardwalk.test' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 200],
    [{ origin: 'http://boardwalk.test' }, 200],
    [{}, 200],
  ])('a change that a browser sends with %j is answered %d', async (headers, status) => {
    who = { userId: 'rider', role: 'owner' }
    const call = house.as(undefined)
    const answer = await call('POST', '/api/onboarding/skip', undefined, headers)
    expect([answer.status, answer.body.error]).toEqual([status, status === 403 ? 'cross_site' : undefined])
    expect((await call('GET', '/api/onboarding', undefined, headers)).status).toBe(200)
  })
})
