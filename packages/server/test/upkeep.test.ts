import { afterEach, expect, test, vi } from 'vitest'
import { insertDeadLetter, listDeadLetters, type NewDeadLetter } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse } from './open-house.ts'

const hour = 3_600_000

const letter = (offset: number): NewDeadLetter => ({
  source: 'kafka',
  topic: 'orders',
  partition: 0,
  offset,
  reason: 'not JSON',
  userId: null,
  payload: Buffer.from('{'),
  headers: [],
  truncated: false,
})

const age = {
  name: 'age_dead_letter',
  text: "update dead_letter set at = at - $2::int * interval '1 day' where record_offset = $1::bigint",
}

afterEach(() => {
  vi.useRealTimers()
})

forEachDatabase((_, open) => {
  test('dead letters that nobody took are forgotten after 30 days, by the hour', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const database = await open()
    const { boardwalk } = await openHouse(database)
    const offsets = async () => (await listDeadLetters(database.query, 0, 10)).map(({ offset }) => offset)
    try {
      await boardwalk.start()
      for (const offset of [29, 31]) {
        await insertDeadLetter(database.query, letter(offset))
        await database.query(age, [offset, offset])
      }
      expect(await offsets()).toEqual([29, 31])
      await vi.advanceTimersByTimeAsync(hour)
      await expect.poll(offsets).toEqual([29])
    } finally {
      await boardwalk.stop()
    }
  })
})
