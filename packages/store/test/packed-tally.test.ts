import { expect, test } from 'vitest'
import { emptyTally, foldTold, type Tally, type Told } from '@boardwalk/engine'
import { packTally, unpackTally } from '../src/analytics/packed-tally.ts'

const told = (type: string, at: number, data: Told['data'] = {}): Told => {
  const about = { flow: 'shop', version: 1, stepId: 'pay', isActivation: true }
  return { type: `onboarding.${type}`, ...about, data, at }
}
const blocked = (at: number): Told => ({ ...told('', at), type: 'gating.blocked' })
const tallyOf = (...history: Told[]): Tally =>
  history.reduce((tally, one) => foldTold(tally, one).tally, emptyTally)
const stored = (tally: Tally) => JSON.parse(JSON.stringify(packTally(tally)))

test('a tally is what it was after it was stored', () => {
  const entered = told('enrolled', 1, { facts: { market: 'FR' }, arm: 'b' })
  const sale: Told = { ...told('', 3), type: 'm.sale', flow: null }
  for (const tally of [
    emptyTally,
    tallyOf(sale),
    tallyOf(entered, sale, blocked(4), blocked(4), blocked(5)),
    tallyOf(entered, told('step_completed', 6), told('completed', 6)),
  ])
    expect(unpackTally(stored(tally))).toEqual(tally)
})

test('attempts are read as they were stored before they were counted, each by its time', () => {
  const tally = tallyOf(told('enrolled', 1), blocked(4), blocked(5))
  const packed = stored(tally)
  expect(packed[1][1][5][0][5]).toEqual([4, 5])
  expect(unpackTally(packed)).toEqual(tally)
})
