import { expect, test } from 'vitest'
import { createLane } from '../src/road/lane.ts'

type Item = { readonly person: string; readonly number: number }

/** A lane whose batches end when they are told to. */
const openLane = (slots: number, limit = 500) => {
  const batches: Item[][] = []
  const ends: ((again: readonly Item[]) => void)[] = []
  const lane = createLane<Item>({
    slots,
    limit,
    key: ({ person }) => person,
    run: (items) => {
      batches.push([...items])
      return new Promise((resolve) => ends.push(resolve))
    },
  })
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    lane,
    batches,
    push: async (...items: Item[]) => {
      items.forEach(lane.push)
      await turn()
    },
    end: async (batch: number, again: readonly Item[] = []) => {
      ends[batch]?.(again)
      await turn()
    },
  }
}

const of = (person: string, number = 0): Item => ({ person, number })

test('what is pushed in one turn travels together, and what waits meanwhile together next', async () => {
  const { push, end, batches } = openLane(1)
  await push(of('a'), of('b'))
  await push(of('c'))
  await push(of('d'))
  await end(0)
  expect(batches).toEqual([
    [of('a'), of('b')],
    [of('c'), of('d')],
  ])
})

test('one person is never in two batches at once', async () => {
  const { push, end, batches } = openLane(2)
  await push(of('a', 1))
  await push(of('a', 2), of('b'))
  expect(batches).toEqual([[of('a', 1)], [of('b')]])
  await end(0)
  expect(batches[2]).toEqual([of('a', 2)])
})

test('a batch has its limit, and those who must travel again go first', async () => {
  const { push, end, batches } = openLane(1, 2)
  await push(of('a'), of('b'), of('c'), of('d'))
  expect(batches).toEqual([[of('a'), of('b')]])
  await end(0, [of('b')])
  expect(batches[1]).toEqual([of('b'), of('c')])
})

test('it is idle when nothing waits or runs', async () => {
  const { lane, push, end } = openLane(1)
  await lane.idle()
  await push(of('a'))
  await push(of('b'))
  let idle = false
  const waiting = lane.idle().then(() => (idle = true))
  await end(0)
  expect(idle).toBe(false)
  await end(1)
  await waiting
  expect(idle).toBe(true)
})
