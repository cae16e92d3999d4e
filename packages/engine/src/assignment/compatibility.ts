import { murmurHash3 } from './hash.ts'

// How other products place people, so that flags can be moved here and everybody keeps the arm they are in. Nothing new is
// decided by these: version 1 of GrowthBook sends the same people into the same arm of experiments that run side by side,
// and Unleash knows whole percents only.

/** Whose SDK decided. GrowthBook's differ where an id is not ASCII: each mixes in what its language calls a character. */
export type GrowthBookSdk = 'javascript' | 'python' | 'go'

const characters: { readonly [Sdk in GrowthBookSdk]: (text: string) => Iterable<number> } = {
  javascript: (text) => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)),
  python: (text) => Array.from(text, (character) => character.codePointAt(0)!),
  go: (text) => new TextEncoder().encode(text),
}

/** FNV-1a with 32 bits. */
const fnv1a = (numbers: Iterable<number>): number => {
  let hash = 0x811c9dc5
  for (const number of numbers) hash = Math.imul(hash ^ number, 0x01000193)
  return hash >>> 0
}

type Place = (seed: string, id: string, sdk: GrowthBookSdk) => number

/** Where a unit stands from 0 to below 1, by the `hashVersion` that the experiment names. */
const growthBookVersions = new Map<number, Place>([
  [1, (seed, id, sdk) => (fnv1a(characters[sdk](id + seed)) % 1000) / 1000],
  [
    2,
    (seed, id, sdk) => {
      const once = fnv1a(characters[sdk](seed + id))
      return (fnv1a(characters[sdk](String(once))) % 10_000) / 10_000
    },
  ],
])

/** null for a version that GrowthBook does not have: it leaves such a unit out. */
export const growthBookHash = (
  version: number,
  seed: string,
  id: string,
  sdk: GrowthBookSdk = 'javascript',
): number | null => growthBookVersions.get(version)?.(seed, id, sdk) ?? null

/** From inclusive, to exclusive. */
export type BucketRange = readonly [from: number, to: number]

export const equalWeights = (arms: number): number[] =>
  Array.from({ length: Math.max(0, arms) }, () => 1 / arms)

const tolerated = 0.01

/** The range of each arm. Weights that are not one for each arm, or do not sum to 1, count as equal. */
export const bucketRanges = (
  arms: number,
  coverage = 1,
  weights: readonly number[] | null = null,
): BucketRange[] => {
  const sum = weights?.reduce((all, weight) => all + weight, 0) ?? 0
  const fits = weights?.length === arms && Math.abs(sum - 1) <= tolerated
  const covered = Math.min(1, Math.max(0, coverage))
  let from = 0
  return (fits ? weights : equalWeights(arms)).map((weight) => {
    const range = [from, from + covered * weight] as const
    from += weight
    return range
  })
}

/** Which arm has this place; -1: none. */
export const chooseVariation = (place: number, ranges: readonly BucketRange[]): number =>
  ranges.findIndex(([from, to]) => place >= from && place < to)

/** GrowthBook's mutual exclusion: always by version 1, whatever the experiment's own is. */
export const isInNamespace = (
  id: string,
  [name, from, to]: readonly [name: string, from: number, to: number],
  sdk: GrowthBookSdk = 'javascript',
): boolean => {
  const place = growthBookHash(1, `__${name}`, id, sdk)
  return place !== null && place >= from && place < to
}

/** With one seed for both, all of a rollout of 20 % would have the first variant. */
const variantSeed = 86_028_157

const normalised = (group: string, id: string, seed: number, total: number): number =>
  (murmurHash3(`${group}:${id}`, seed) % total) + 1

/**
 * Unleash's place in a rollout, from 1 to 100: in when it is at most the percentage. Of the UTF-8 bytes, as its
 * specification has it; its SDK for Node takes the low byte of each UTF-16 unit, and so differs outside of ASCII.
 */
export const unleashPlace = (group: string, id: string): number => normalised(group, id, 0, 100)

/** Unleash's place among variants, from 1 to the sum of their weights: the first whose weights so far reach it. */
export const unleashVariantPlace = (group: string, id: string, totalWeight = 1000): number =>
  normalised(group, id, variantSeed, totalWeight)
