import { describe, expect, test, vi } from 'vitest'
import { refusal, type Answer } from './fake-boardwalk.ts'
import { meanwhile, openHouse } from './open-client.ts'

const eventsPath = '/api/onboarding/events'

const openHouseThat = async (answers: () => Answer) => {
  const house = await openHouse()
  house.fake.instead = ({ path }) => (path === eventsPath ? answers() : undefined)
  return { ...house, told: () => house.fake.asked('POST', eventsPath).map(({ body }) => body) }
}
const storing = (stored: boolean) => openHouseThat(() => ({ status: 200, body: JSON.stringify({ stored }) }))

const goTo = (pathname: string): void => void vi.stubGlobal('location', { pathname })

describe('what only a browser sees', () => {
  test('is told once for each page and step, with the page’s path', async () => {
    const { client, told } = await storing(true)
    const one = client()
    goTo('/dashboard')
    for (let times = 0; times < 2; times++) {
      await one.observe('viewed', { surface: times === 0 ? 'welcome' : 'guide' })
      await one.observe('nudge_shown')
      await one.observe('step_started', { stepId: 'profile', entrypoint: 'step' })
      await one.observe('step_started', { stepId: 'team', entrypoint: 'nudge' })
    }
    goTo('/settings')
    await one.observe('viewed', { surface: 'guide' })
    const page = '/dashboard'
    expect(told()).toEqual([
      { type: 'onboarding.viewed', data: { page, surface: 'welcome' } },
      { type: 'onboarding.nudge_shown', data: { page } },
      { type: 'onboarding.step_started', data: { page, stepId: 'profile', entrypoint: 'step' } },
      { type: 'onboarding.step_started', data: { page, stepId: 'team', entrypoint: 'nudge' } },
      { type: 'onboarding.viewed', data: { page: '/settings', surface: 'guide' } },
    ])
  })

  test('is told of the client’s flow, with the token, and in a request that outlives the page', async () => {
    const { fake, client } = await storing(true)
    const fetch = vi.fn(globalThis.fetch)
    const one = client({ fetch, flow: 'shop', token: () => 'key-1' })
    await one.observe('step_started', { stepId: 'profile', entrypoint: 'step' })
    expect(fetch.mock.calls.map(([, init]) => init?.keepalive)).toEqual([true])
    const [asked] = fake.asked('POST', eventsPath)
    expect(asked?.query.get('flow')).toBe('shop')
    expect(asked?.headers).toMatchObject({
      authorization: 'Bearer key-1',
      'content-type': 'application/json',
    })
  })

  test('is told no more once the server has said that it stores none of it', async () => {
    const { client, told } = await storing(false)
    const one = client()
    await one.observe('viewed', { surface: 'guide' })
    await one.observe('nudge_shown')
    await one.observe('step_started', { stepId: 'profile', entrypoint: 'step' })
    expect(told()).toHaveLength(1)
  })

  test.each([
    ['a host that does not want it', { observe: false }],
    ['nobody who is signed in', { enabled: false }],
  ])('is not told for %s', async (_, options) => {
    const { client, told } = await storing(true)
    await client(options).observe('viewed', { surface: 'guide' })
    expect(told()).toEqual([])
  })

  test.each<[string, () => Answer]>([
    ['refused', () => refusal('step_not_found', 404)],
    ['not possible now', () => ({ status: 503, headers: { 'retry-after': '0' } })],
    ['answered by somebody else', () => ({ status: 200, body: 'null' })],
    ['answered with nothing', () => ({ status: 204 })],
  ])('and is %s is not tried again, and nobody sees or hears of it', async (_, answers) => {
    const { ready, told } = await openHouseThat(answers)
    const onError = vi.fn()
    const one = await ready({ onError })
    const before = one.getSnapshot()
    await one.observe('viewed', { surface: 'guide' })
    await one.observe('viewed', { surface: 'guide' })
    await meanwhile()
    expect(told()).toHaveLength(1)
    await one.observe('nudge_shown')
    expect(told()).toHaveLength(2)
    expect(one.getSnapshot()).toBe(before)
    expect(onError).not.toHaveBeenCalled()
  })

  test('and cannot be told rejects nothing', async () => {
    const { client } = await openHouse()
    const one = client({ fetch: () => Promise.reject(new Error('away')) })
    expect(await one.observe('viewed', { surface: 'guide' })).toBeUndefined()
  })
})
