import { expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Call } from './open-house.ts'

const step = (id: string, more: object = {}) => ({ id, title: id, ...more })
const settle = (call: Call, id: string, status = 'done') =>
  call('PATCH', `/api/onboarding/steps/${id}`, { status })

forEachDatabase((_, open) => {
  test('the activation step is the one that the version says: renamed, done by a colleague, or told long ago', async () => {
    const database = await open()
    const house = await openHouse(database)
    const activated = async (version: number): Promise<[number, number]> => {
      const asked = `/api/admin/analytics/time-to-value?event=activation&flow=shop&version=${version}`
      const { people, completed } = (await house.server('GET', asked)).body
      return [people, completed]
    }
    const enter = async (userId: string, claims = {}): Promise<Call> => {
      const call = await house.person(userId, claims)
      await call('GET', '/api/onboarding')
      return call
    }
    await house.publish({
      name: 'shop',
      steps: [step('look'), step('pay', { scope: 'account', activation: true })],
    })
    const account = { account: 'shop-1' }
    const ann = await enter('ann', account)
    const ben = await enter('ben', account)
    await settle(ann, 'look')
    expect(await activated(1)).toEqual([2, 0])
    await settle(ann, 'pay')
    await ben('GET', '/api/onboarding')
    expect(await activated(1)).toEqual([2, 2])

    await house.publish({
      name: 'shop',
      steps: [
        step('look'),
        step('bill', { scope: 'account', renamedFrom: 'pay', activation: true }),
        step('sell'),
      ],
    })
    const cyd = await enter('cyd', { account: 'shop-2' })
    await settle(cyd, 'bill')
    expect(await activated(2)).toEqual([1, 1])

    await house.publish({ name: 'shop', steps: [step('look', { activation: true }), step('bill')] })
    const dee = await enter('dee')
    await settle(dee, 'bill')
    expect(await activated(3)).toEqual([1, 0])
    await settle(dee, 'look', 'skipped')
    expect(await activated(3)).toEqual([1, 0])
    await settle(dee, 'look')
    expect(await activated(3)).toEqual([1, 1])
    await house.boardwalk.stop()
    // Nothing of it stands in what is told.
    const told = { name: 'told', text: `select from happening where data ? 'activation'` }
    expect(await database.query(told)).toEqual([])
  })

  test('however often a gate stops somebody, each attempt is recovered', async () => {
    const database = await open()
    let now = Date.UTC(2026, 0, 5, 10)
    const house = await openHouse(database, { clock: () => now })
    await house.publish({ name: 'shop', steps: [step('pay', { required: true })] })
    const ann = await house.person('ann')
    const abandonment = async () => (await house.server('GET', '/api/admin/analytics/abandonment')).body
    for (let times = 0; times < 130; times++) {
      await house.server('POST', '/api/gates/check', { userId: 'ann', steps: ['pay'], route: '/' })
      if (times % 2 === 0) now += 1_000
      // What is known of her goes through the database in between.
      if (times % 30 === 0) await abandonment()
    }
    now += 1_000
    await settle(ann, 'pay')
    now += 2 * 3_600_000
    expect(await abandonment()).toMatchObject({ blocked: 130, recovered: 130, abandoned: 0 })
    await house.boardwalk.stop()
  })
})
