import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type House } from './open-house.ts'

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
    await house.publish(flowFile('shop'))
  })
  afterAll(() => house.boardwalk.stop())

  const sharedWith = async (userId: string): Promise<any[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events.filter(
      ({ type }: { type: string }) => type === 'onboarding.step_shared',
    )

  test('what one member does for the account is told to colleagues once, without their asking, and not to the member', async () => {
    const account = { market: 'FR', account: 'shop-1' }
    const owner = await house.person('olga', { role: 'owner', ...account })
    const colleagues = ['sven', 'stefan']
    for (const userId of colleagues)
      await (
        await house.person(userId, { role: 'staff', ...account })
      )('GET', '/api/onboarding')
    await owner('PATCH', '/api/onboarding/steps/payments', { status: 'done' })
    for (const userId of colleagues)
      await expect
        .poll(() => sharedWith(userId), { interval: 50 })
        .toMatchObject([{ flow: 'shop', version: 1, stepId: 'payments', data: { stepVersion: 1 } }])

    const { body } = await owner('GET', '/api/onboarding')
    const { completedAt } = body.steps.find(({ id }: { id: string }) => id === 'payments')
    // Nor again when they come, nor when something else is done for the account.
    const newcomer = await house.person('nora', { role: 'owner', ...account })
    await newcomer('GET', '/api/onboarding')
    const sven = await house.person('sven', { role: 'staff', ...account })
    await sven('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' })
    for (const userId of [...colleagues, 'nora'])
      expect((await sharedWith(userId)).map(({ data }) => data.settledAt)).toEqual([completedAt])
    expect(await sharedWith('olga')).toEqual([])
  })
})
