import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  bucketRanges,
  chooseVariation,
  equalWeights,
  growthBookHash,
  isInNamespace,
  unleashPlace,
  unleashVariantPlace,
  type BucketRange,
  type GrowthBookSdk,
} from '../src/assignment/compatibility.ts'

type Range = [from: number, to: number]
type Cases = {
  readonly hash: [seed: string, id: string, version: number, expected: number | null][]
  readonly getBucketRange: [
    name: string,
    given: [arms: number, coverage: number, weights: number[] | null],
    expected: Range[],
  ][]
  readonly chooseVariation: [name: string, place: number, ranges: Range[], expected: number][]
  readonly getEqualWeights: [arms: number, expected: number[]][]
  readonly inNamespace: [name: string, id: string, space: [string, number, number], expected: boolean][]
}

const file = new URL('../../../../shared/vectors/growthbook-cases.json', import.meta.url)

/** As many digits as the file has. */
const rounded = (ranges: readonly BucketRange[]): number[][] =>
  ranges.map((range) => range.map((end) => Number(end.toFixed(6))))

if (!existsSync(file)) {
  test.skip(`GrowthBook's public cases: ${file.pathname} is not there`, () => {})
} else {
  const cases = JSON.parse(readFileSync(file, 'utf8')) as Cases

  describe("GrowthBook's public cases", () => {
    test('are all there', () => {
      const { hash, getBucketRange, chooseVariation: chosen, getEqualWeights, inNamespace } = cases
      const found = [hash, getBucketRange, chosen, getEqualWeights, inNamespace].map(({ length }) => length)
      expect(found).toEqual([15, 13, 13, 6, 16])
    })

    test.each(cases.hash)('a hash of seed %j and id %j by version %i', (seed, id, version, expected) => {
      expect(growthBookHash(version, seed, id)).toBe(expected)
    })

    test.each(cases.getBucketRange)('ranges: %s', (_, [arms, coverage, weights], expected) => {
      expect(rounded(bucketRanges(arms, coverage, weights))).toEqual(expected)
    })

    test.each(cases.chooseVariation)('an arm: %s', (_, place, ranges, expected) => {
      expect(chooseVariation(place, ranges)).toBe(expected)
    })

    test.each(cases.getEqualWeights)('equal weights of %i arms', (arms, expected) => {
      expect(equalWeights(arms).map((weight) => Number(weight.toFixed(8)))).toEqual(expected)
    })

    test.each(cases.inNamespace)('a namespace: %s', (_, id, space, expected) => {
      expect(isInNamespace(id, space)).toBe(expected)
    })
  })
}

// Computed with another implementation in another language: the public cases have no character outside of ASCII.
describe('an id outside of ASCII stands where the SDK that decided puts it', () => {
  const rows: [id: string, sdk: GrowthBookSdk, first: number, second: number][] = [
    ['usér-1', 'javascript', 0.725, 0.3591],
    ['usér-1', 'python', 0.725, 0.3591],
    ['usér-1', 'go', 0.102, 0.482],
    ['用户', 'javascript', 0.445, 0.536],
    ['用户', 'python', 0.445, 0.536],
    ['用户', 'go', 0.232, 0.1001],
    ['😀', 'javascript', 0.429, 0.4346],
    ['😀', 'python', 0.002, 0.7092],
    ['😀', 'go', 0.173, 0.6493],
  ]
  test.each(rows)('%s by %s', (id, sdk, first, second) => {
    expect([1, 2].map((version) => growthBookHash(version, 'seed', id, sdk))).toEqual([first, second])
  })
})

describe("Unleash's places", () => {
  const rows: [group: string, id: string, place: number, variant: number, ofThousand: number][] = [
    ['gr1', '123', 73, 96, 796],
    ['groupX', '999', 25, 60, 260],
    ['g', 'usér-1', 33, 57, 657],
    ['g', '用户', 78, 16, 216],
    ['g', '😀', 34, 16, 16],
    ['g', '', 64, 79, 779],
  ]
  test.each(rows)('%s:%s', (group, id, place, variant, ofThousand) => {
    expect(unleashPlace(group, id)).toBe(place)
    expect(unleashVariantPlace(group, id, 100)).toBe(variant)
    expect(unleashVariantPlace(group, id)).toBe(ofThousand)
  })

  test('who is in a rollout of 20 % is spread over the variants all the same', () => {
    const inside = Array.from({ length: 20_000 }, (_, n) => `user-${n}`).filter(
      (id) => unleashPlace('g', id) <= 20,
    )
    const first = inside.filter((id) => unleashVariantPlace('g', id, 100) <= 50)
    expect(Math.abs(first.length / inside.length - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / inside.length))
  })
})
