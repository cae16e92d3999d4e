import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Answer, type House } from './open-house.ts'

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  beforeAll(async () => {
    database = await open()
    house = await openHouse(database)
    await house.publish({ name: 'shop', steps: [first] })
  })
  afterAll(() => house.boardwalk.stop())

  const first = { id: 'first', title: 'First', trigger: { event: 'sold' } }
  const second = { id: 'second', title: 'Second', trigger: { event: 'sold', metadata: { n: '$.n' } } }

  const track = (userId: string, event: string, properties: object = {}): Promise<Answer> =>
    house.server('POST', '/api/events', { type: 'track', userId, event, properties })
  const statusesOf = async (userId: string): Promise<Record<string, string>> => {
    const { body } = await (await house.person(userId))('GET', '/api/onboarding')
    return Object.fromEntries(body.steps.map(({ id, status }: any) => [id, status]))
  }
  const completedBy = async (userId: string): Promise<string[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events
      .filter(({ type }: any) => type === 'onboarding.step_completed')
      .map(({ stepId }: any) => stepId)
  const dry = (event: object): Promise<Answer> => house.server('POST', '/api/events?dryRun=true', event)
  const stored = async (): Promise<unknown> => {
    const text = `select json_agg(p) as people, (select count(*) from happening) as happenings,
      (select count(*) from idempotency_key) as keys from person p`
    return (await database.query({ name: 'count_all', text }))[0]
  }
  const reconcile = async (body?: object): Promise<any> =>
    (await house.server('POST', '/api/admin/reconcile', body)).body

  test('a dry run of events tells what they would do now, and does nothing', async () => {
    await statusesOf('dry')
    const before = await stored()
    const event = { type: 'track', userId: 'dry', event: 'sold', messageId: 'm' }
    const stranger = { ...event, userId: 'stranger' }
    const traits = { type: 'identify', userId: 'dry', traits: { plan: 'team' } }
    expect((await dry({ batch: [event, event, stranger, traits, { type: 'track' }] })).body.results).toEqual([
      { index: 0, status: 'accepted', completes: [{ flow: 'shop', stepId: 'first' }] },
      { index: 1, status: 'accepted', completes: [{ flow: 'shop', stepId: 'first' }] },
      { index: 2, status: 'accepted', completes: [] },
      { index: 3, status: 'accepted', completes: [] },
      { index: 4, status: 'refused', reason: expect.stringContaining('userId') },
    ])
    expect(await stored()).toEqual(before)
    await house.server('POST', '/api/events', event)
    expect((await dry(event)).body.results).toEqual([{ index: 0, status: 'duplicate', completes: [] }])
    expect(await statusesOf('dry')).toEqual({ first: 'done' })
    expect((await house.server('POST', '/api/events?dryRun=yes', event)).status).toBe(400)
  })

  describe('a later version', () => {
    const people = Array.from({ length: 7 }, (_, n) => `early-${n}`)
    beforeAll(async () => {
      for (const userId of people) {
        await statusesOf(userId)
        await track(userId, 'sold', { n: 0 })
      }
      await track('never-came', 'sold')
      await house.publish({ name: 'shop', steps: [first, second] })
    })

    test('asks nobody again for what they did before, when they read or a gate asks', async () => {
      expect(await statusesOf('early-0')).toEqual({ first: 'done', second: 'done' })
      const gate = { userId: 'early-1', steps: ['second'], route: '/sell' }
      expect((await house.server('POST', '/api/gates/check', gate)).status).toBe(200)
      expect(await completedBy('early-1')).toEqual(['first', 'second'])
      const skip = { status: 'skipped' }
      const answer = await (await house.person('early-2'))('PATCH', '/api/onboarding/steps/second', skip)
      expect(answer).toMatchObject({ status: 409, body: { error: 'step_already_done' } })
    })

    test('is reconciled page by page, each step once', async () => {
      const before = await stored()
      const would = await reconcile({ dryRun: true, limit: 500 })
      expect(would).toMatchObject({ completed: 6 })
      expect(would.next).toBeUndefined()
      expect(await stored()).toEqual(before)

      let [completed, seen, pages] = [0, 0, 0]
      let after: string | undefined
      do {
        const page = await reconcile({ limit: 3, ...(after !== undefined && { after }) })
        completed += page.completed
        seen += page.people
        pages += 1
        after = page.next
      } while (after !== undefined)
      expect({ completed, seen, pages }).toEqual({ completed: 6, seen: would.people, pages: 4 })
      for (const userId of people.slice(2)) expect(await completedBy(userId)).toEqual(['first', 'second'])
      expect(await reconcile()).toEqual({ people: would.people, completed: 0, examples: [] })
    })

    test('enrols nobody by it: whoever comes later finds it done', async () => {
      const held = (await house.server('GET', '/api/users/never-came/export')).body
      expect(held.enrolments).toEqual([])
      expect(await statusesOf('never-came')).toEqual({ first: 'done', second: 'done' })
    })
  })

  test('keeps the metadata of the event of before', async () => {
    const { body } = await house.server('GET', '/api/users/early-3/export')
    const row = body.enrolments[0].steps.find(({ stepId }: any) => stepId === 'second')
    expect(row).toMatchObject({ source: 'event', settledBy: 'early-3', metadata: { n: 0 } })
  })

  test('what is remembered goes with the person', async () => {
    await house.server('DELETE', '/api/users/early-4')
    expect((await track('early-4', 'sold')).body.results[0].status).toBe('refused')
    await house.server('PUT', '/api/users/early-4', {})
    expect((await house.server('GET', '/api/users/early-4/export')).body.remembered).toEqual([])
    expect(await statusesOf('early-4')).toEqual({ first: 'todo', second: 'todo' })
  })

  test('one event of before does the account’s step for all its members', async () => {
    const sell = { id: 'sell', title: 'Sell', scope: 'account', trigger: { event: 'shop.opened' } }
    await house.publish({
      name: 'shop',
      steps: [first, second, { id: 'opened', title: 'O', trigger: sell.trigger }],
    })
    for (const userId of ['owner', 'member'])
      await (
        await house.person(userId, { account: 'acme' })
      )('GET', '/api/onboarding')
    await track('owner', 'shop.opened')
    await house.publish({ name: 'shop', steps: [first, second, sell] })
    expect(await reconcile({ limit: 500 })).toMatchObject({
      completed: 1,
      examples: [{ userId: 'owner', flow: 'shop', stepId: 'sell' }],
    })
    expect(await statusesOf('member')).toMatchObject({ sell: 'done' })
  })

  test.each([
    { limit: 0 },
    { limit: 501 },
    { limit: '1' },
    { dryRun: 'true' },
    { after: '' },
    { all: true },
    [],
  ])('%j is refused', async (body) => {
    expect((await house.server('POST', '/api/admin/reconcile', body)).status).toBe(400)
  })

  test('only keys that may send events reconcile', async () => {
    const keyFor = async (scope: string): Promise<string> =>
      (await house.server('POST', '/api/admin/api-keys', { name: scope, scopes: [scope] })).body.key
    expect((await house.as(await keyFor('people:write'))('POST', '/api/admin/reconcile')).status).toBe(403)
    expect((await house.as(await keyFor('events:write'))('POST', '/api/admin/reconcile')).status).toBe(200)
  })
})
