import { murmurHash3 } from './hash.ts'

const steps = 2 ** 32

/**
 * Whether the person is among the first `percent` of all, in steps of 2^-32. Where they stand depends on the salt and on
 * nothing else, so a higher percentage adds people and takes none away. Each purpose has a salt of its own: with one
 * salt for two, all whom a gate of 20 % lets in would stand in the first arm of the split behind it.
 */
export const isInShare = (salt: string, userId: string, percent: number): boolean => {
  if (percent <= 0) return false
  return percent >= 100 || murmurHash3(`${salt}:${userId}`) < (percent / 100) * steps
}

/** Where a unit stands among all of one salt: from 0 to just below 100. */
const standing = (salt: string, unit: string): number => (murmurHash3(`${salt}:${unit}`) / steps) * 100

/** Whether the unit stands from `from` on, below `to`. */
export const isInRange = (
  salt: string,
  unit: string,
  { from, to }: { readonly from: number; readonly to: number },
): boolean => {
  const at = standing(salt, unit)
  return at >= from && at < to
}

/** In which of the shares, laid end to end, the unit stands. What rounding leaves over goes to the last that is not empty. */
export const pickShare = (salt: string, unit: string, percents: readonly number[]): number => {
  const at = standing(salt, unit)
  let end = 0
  const found = percents.findIndex((percent) => {
    end += percent
    return at < end
  })
  return found === -1 ? percents.findLastIndex((percent) => percent > 0) : found
}
