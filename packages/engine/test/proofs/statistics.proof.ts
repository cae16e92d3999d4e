import { expect, test } from 'vitest'
import { wrongSplitsCalled, alarmsWithoutDifference, harmsFound } from '../simulated-experiments.ts'

const runs = 2000
const looks = { looks: 100, units: 100 }

test(`${runs} experiments without a difference, looked at 100 times: at most 5 % alarms, plain intervals many`, () => {
  const alarms = alarmsWithoutDifference({ runs, ...looks, rate: 0.3, seed: 11 })
  console.log(`alarms of ${runs}: ${JSON.stringify(alarms)}`)
  expect(alarms.both).toBeLessThanOrEqual(0.05 * runs)
  expect(alarms.low).toBeLessThanOrEqual(0.05 * runs)
  expect(alarms.plain).toBeGreaterThan(0.3 * runs)
})

test(`a fall from 30 % to 27 % is found within 10,000 people an arm in at least 95 % of ${runs} experiments`, () => {
  const found = harmsFound({ runs, ...looks, rates: [0.3, 0.27], seed: 12 }).sort((a, b) => a - b)
  console.log(
    `found in ${found.length} of ${runs}, half of them by ${found[Math.floor(found.length / 2)]} people`,
  )
  expect(found.length).toBeGreaterThanOrEqual(0.95 * runs)
})

test('10,000 splits as intended, looked at 100 times: at most 0.1 % alarms; the fixed test has many more', () => {
  const alarms = wrongSplitsCalled({ runs: 10_000, looks: 100, units: 200, share: 0.5, seed: 13 })
  console.log(`alarms of 10,000 splits: ${JSON.stringify(alarms)}`)
  expect(alarms.sequential).toBeLessThanOrEqual(10)
  expect(alarms.plain).toBeGreaterThan(50)
})

test('a split of 48:52 instead of 50:50 is found by 20,000 people in at least 90 % of 1,000 experiments', () => {
  const found = wrongSplitsCalled({ runs: 1000, looks: 100, units: 200, share: 0.48, seed: 14 })
  console.log(`48:52 found in ${found.sequential} of 1,000`)
  expect(found.sequential).toBeGreaterThanOrEqual(900)
})
