import { expect, test } from 'vitest'
import { rolledBackByConversion, rolledBackByErrors } from '../simulated-releases.ts'

const runs = Number(process.env['PROOF_ROUNDS'] ?? 1000)
const perCheck = { requests: 250 }

const middle = (all: readonly number[]): number | undefined =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]

test(`${runs} harmless releases are watched for six hours: none with 1 % or 4 % of errors is rolled back`, () => {
  for (const rate of [0.01, 0.04]) {
    const { after, plain } = rolledBackByErrors({ runs, seed: 21, minutes: 360, rate, ...perCheck })
    console.log(
      `${rate * 100} % errors, limit 5 %: ${after.length} of ${runs} rolled back, by a bare limit ${plain}`,
    )
    expect(after).toEqual([])
    if (rate === 0.04) expect(plain).toBeGreaterThan(runs * 0.5)
  }
})

test(`${runs} releases whose errors are exactly at the limit: at most 5 % are rolled back`, () => {
  const { after, plain } = rolledBackByErrors({ runs, seed: 22, minutes: 360, rate: 0.05, ...perCheck })
  console.log(`exactly 5 %: ${after.length} of ${runs} rolled back, by a bare limit ${plain}`)
  expect(after.length).toBeLessThanOrEqual(0.05 * runs)
  expect(plain).toBeGreaterThan(0.9 * runs)
})

test(`${runs} releases with 8 % of errors are rolled back, most within four checks`, () => {
  for (const requests of [50, 250, 1000]) {
    const { after } = rolledBackByErrors({ runs, seed: 23, minutes: 60, rate: 0.08, requests })
    console.log(
      `8 % of ${requests} requests a check: ${after.length} of ${runs} rolled back, half of them by check ${middle(after)}, all by ${Math.max(...after)}`,
    )
    if (requests >= 250) expect(after).toHaveLength(runs)
    if (requests >= 1000) expect(middle(after)).toBeLessThanOrEqual(4)
  }
})

test(`${runs} releases whose conversion is as before, and as many at 80 % of it: at most 5 % are rolled back`, () => {
  for (const since of [0.3, 0.24]) {
    const after = rolledBackByConversion({
      runs,
      seed: 24,
      days: 60,
      hourly: 10,
      baseline: 2000,
      rates: [0.3, since],
    })
    console.log(`D1 of ${since * 100} % against 30 %: ${after.length} of ${runs} rolled back in 60 days`)
    expect(after.length).toBeLessThanOrEqual(since === 0.3 ? 0 : 0.05 * runs)
  }
})

test(`${runs} releases that halve the conversion are rolled back`, () => {
  const after = rolledBackByConversion({
    runs,
    seed: 25,
    days: 60,
    hourly: 10,
    baseline: 2000,
    rates: [0.3, 0.15],
  })
  console.log(`D1 of 15 % against 30 %: ${after.length} of ${runs}, half of them by ${middle(after)} people`)
  expect(after).toHaveLength(runs)
})
