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
