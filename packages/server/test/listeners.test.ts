import { describe, expect, test } from 'vitest'
import { forEachDatabase, olderTransactionsEnd } from '@boardwalk/store/test-kit'
import { createBoardwalk, type Listener } from '../src/index.ts'
import { flowFile, openHouse, type House } from './open-house.ts'

const wait = { interval: 20 }

const enrol = async (house: House, userId: string) => {
  const me = await house.person(userId, { role: 'owner', attributes: { product: 'saas' } })
  await me('GET', '/api/onboarding')
}

forEachDatabase((_, open) => {
  describe('a listener in the host’s own process', () => {
    test('hears of what happened in order; one that throws is told that again and holds up only itself', async () => {
      const database = await open()
      const steady: string[] = []
      const shaky: string[] = []
      let failures = 2
      const listeners: Listener[] = [
        {
          name: 'steady',
          types: ['onboarding.enrolled'],
          handle: ({ userId }) => void steady.push(String(userId)),
        },
        {
          name: 'shaky',
          types: ['onboarding.enrolled'],
          handle: ({ userId }) => {
            shaky.push(String(userId))
            if (userId === 'ben' && failures-- > 0) throw new Error('not today')
          },
        },
      ]
      const house = await openHouse(database, { listeners })
      await house.publish(flowFile('saas'))
      for (const userId of ['ann', 'ben', 'cem']) await enrol(house, userId)
      await expect.poll(() => steady, wait).toEqual(['ann', 'ben', 'cem'])
      await expect.poll(() => shaky, wait).toEqual(['ann', 'ben', 'ben', 'ben', 'cem'])
      await house.boardwalk.stop()

      const again = await openHouse(database, { listeners })
      await enrol(again, 'dee')
      await expect.poll(() => steady, wait).toEqual(['ann', 'ben', 'cem', 'dee'])
      await expect.poll(() => shaky.at(-1), wait).toBe('dee')
      await again.boardwalk.stop()
    })

    test('begins with what happens from its first start on', async () => {
      const database = await open()
      const before = await openHouse(database)
      await before.publish(flowFile('saas'))
      await enrol(before, 'early')
      await before.boardwalk.stop()
      await olderTransactionsEnd(database.query)
      const heard: string[] = []
      const house = await openHouse(database, {
        listeners: [{ name: 'late', handle: ({ userId }) => void heard.push(String(userId)) }],
      })
      await enrol(house, 'after')
      await expect.poll(() => new Set(heard), wait).toEqual(new Set(['after']))
      await house.boardwalk.stop()
    })
  })
})

test.each([['Upper'], [''], ['same']])('the name %j is refused where it is unfit or stands twice', (name) => {
  const listeners = [
    { name: 'same', handle: () => undefined },
    { name, handle: () => undefined },
  ]
  expect(() => createBoardwalk({ database: {}, listeners })).toThrow('listeners has the name')
})
