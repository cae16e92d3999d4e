import { expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

const step = (id: string, more: object = {}) => ({ id, title: id, ...more })
const redone = { version: 2, onVersionChange: 'redo' }

forEachDatabase((_, open) => {
  const shop = async () => {
    const house = await openHouse(await open())
    await house.publish({ name: 'shop', steps: [step('own'), step('shared', { scope: 'account' })] })
    const members = await Promise.all(['ann', 'ben'].map((name) => house.person(name, { account: 'shop-1' })))
    const statuses = async (): Promise<object[]> =>
      Promise.all(
        members.map(async (call) => {
          const { steps } = (await call('GET', '/api/onboarding')).body
          return Object.fromEntries(steps.map(({ id, status }: any) => [id, status]))
        }),
      )
    const counted = async (): Promise<object> => {
      const { steps } = (await house.server('GET', '/api/admin/analytics/funnel?flow=shop')).body
      return Object.fromEntries(steps.map(({ id, done, skipped }: any) => [id, { done, skipped }]))
    }
    return { house, members, statuses, counted }
  }
  const back = (house: House) =>
    house.server('POST', '/api/admin/flows/shop/versions/1/rollback', { reason: 'mistaken' })

  test('figures see what people see: in a version that has a step redone, and when the flow goes back', async () => {
    const { house, members, statuses, counted } = await shop()
    await statuses()
    const [ann, ben] = members
    await ann!('PATCH', '/api/onboarding/steps/own', { status: 'done' })
    await ben!('PATCH', '/api/onboarding/steps/own', { status: 'skipped' })
    await ann!('PATCH', '/api/onboarding/steps/shared', { status: 'done' })
    const before = [
      { own: 'done', shared: 'done' },
      { own: 'skipped', shared: 'done' },
    ]
    const settled = { own: { done: 1, skipped: 1 }, shared: { done: 2, skipped: 0 } }
    expect(await statuses()).toEqual(before)
    expect(await counted()).toEqual(settled)

    await house.publish({
      name: 'shop',
      steps: [step('own', redone), step('shared', { scope: 'account', ...redone })],
    })
    const todo = { own: 'todo', shared: 'todo' }
    expect(await statuses()).toEqual([todo, todo])
    const none = { done: 0, skipped: 0 }
    expect(await counted()).toEqual({ own: none, shared: none })

    expect((await back(house)).status).toBe(200)
    expect(await statuses()).toEqual(before)
    expect(await counted()).toEqual(settled)
    await house.boardwalk.stop()
  })

  test('a step of the account that one of them skipped counts as skipped for all members, until one does it', async () => {
    const { house, members, statuses, counted } = await shop()
    await statuses()
    await members[0]!('PATCH', '/api/onboarding/steps/shared', { status: 'skipped' })
    const skipped = { own: 'todo', shared: 'skipped' }
    expect(await statuses()).toEqual([skipped, skipped])
    expect(await counted()).toMatchObject({ shared: { done: 0, skipped: 2 } })
    await members[1]!('PATCH', '/api/onboarding/steps/shared', { status: 'done' })
    await statuses()
    expect(await counted()).toMatchObject({ shared: { done: 2, skipped: 0 } })
    await house.boardwalk.stop()
  })

  test('a step of the account that is to be redone counts for all members when one of them has', async () => {
    const { house, members, statuses, counted } = await shop()
    await statuses()
    await members[0]!('PATCH', '/api/onboarding/steps/shared', { status: 'done' })
    await statuses()
    await house.publish({
      name: 'shop',
      steps: [step('own'), step('shared', { scope: 'account', ...redone })],
    })
    await statuses()
    await members[1]!('PATCH', '/api/onboarding/steps/shared', { status: 'done' })
    await statuses()
    expect(await counted()).toMatchObject({ shared: { done: 2 } })
    await house.boardwalk.stop()
  })
})
