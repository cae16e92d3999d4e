import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

let flows = 0

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
  })
  afterAll(() => house.boardwalk.stop())

  const onboarding = '/api/onboarding'

  /** A flow of its own for each test, for people of that name only, with one step that may be skipped. */
  const published = async (more: object = {}): Promise<string> => {
    const name = `flow${++flows}`
    await house.publish({
      name,
      audience: { for: name },
      steps: [
        { id: `${name}-logo`, title: 'Logo', required: false },
        { id: `${name}-pay`, title: 'Pay', required: true },
      ],
      ...more,
    })
    return name
  }
  const personOf = async (flow: string, userId = `ada-${flow}`, facts: object = {}) => {
    await house.server('PUT', `/api/users/${userId}`, { attributes: { for: flow }, ...facts })
    return house.person(userId)
  }
  const textArms = [
    { id: 'control', config: { skipButtonText: 'Passer' } },
    { id: 'later', config: { skipButtonText: { en: 'Do it later', fr: 'Faire plus tard' } } },
  ]
  const path = (id: string): string => `/api/admin/experiments/${id}`
  const put = (id: string, body: object, headers = {}) => house.server('PUT', path(id), body, headers)
  const documentOf = (flow: string, more: object = {}) => ({
    name: 'Skip button',
    flow,
    arms: textArms,
    allocation: { control: 0, later: 100 },
    ...more,
  })
  /** Running. Everybody comes into "later", unless it says otherwise. */
  const running = async (flow: string, more: object = {}, id = `x-${flow}`): Promise<string> => {
    const stored = await put(id, documentOf(flow, more))
    expect(stored.status).toBe(201)
    expect((await house.server('POST', `${path(id)}/start`)).body).toMatchObject({ status: 'running' })
    return id
  }
  const timeline = async (userId: string) =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline`)).body.events
  const exposures = async (userId: string) =>
    (await timeline(userId)).filter(({ type }: { type: string }) => type === 'experiment.exposed')
  const ledger = async (userId: string) =>
    (await house.server('GET', `/api/users/${userId}/export`)).body.experiments

  describe('the ledger', () => {
    test('has the arm from the first exposure on, told once, and the figures count the enrolment by it', async () => {
      const flow = await published()
      const id = await running(flow)
      const ada = await personOf(flow)
      for (const _ of [1, 2]) {
        expect((await ada('GET', onboarding, undefined, { 'accept-language': 'fr' })).body).toMatchObject({
          experiments: [{ id, arm: 'later' }],
          config: { skipButtonText: 'Faire plus tard' },
        })
      }
      expect(await ledger(`ada-${flow}`)).toMatchObject([
        { experiment: id, arm: 'later', phase: 1, source: 'hash' },
      ])
      expect(await exposures(`ada-${flow}`)).toMatchObject([
        { flow, data: { experiment: id, arm: 'later', phase: 1, source: 'hash' } },
      ])
      expect((await timeline(`ada-${flow}`))[0]).toMatchObject({
        type: 'onboarding.enrolled',
        data: { arm: `${id}/later` },
      })
    })
  })
})
