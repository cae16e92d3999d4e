import { normalReach } from './normal.ts'

/**
 * Wilson's score interval (1927) of a proportion: the rates p with |successes/n − p| ≤ z √(p(1 − p)/n). It stays within 0
 * and 1 and serves small n; of nobody nothing is known: 0 to 1. `confidence` is above 0 and below 1. For one look at the
 * figure; not for watching it until it pleases.
 */
export const wilson = (successes: number, n: number, confidence = 0.95): { low: number; high: number } => {
  if (n === 0) return { low: 0, high: 1 }
  const z = normalReach(confidence)
  // The textbook form subtracts almost equal numbers for the low end; this is the same, without.
  const upper = successes + (z * z) / 2 + z * Math.sqrt((successes * (n - successes)) / n + (z * z) / 4)
  return { low: (successes * successes) / (n * upper), high: successes === n ? 1 : upper / (n + z * z) }
}
