import { normalTail } from './normal.ts'

/**
 * P(X > x) of a chi-square distribution with a whole number of degrees of freedom: the finite sums 26.4.4 and 26.4.5 of
 * Abramowitz and Stegun, Handbook of Mathematical Functions. No term is below 0, so that small probabilities are as exact
 * as large ones. For x ≥ 0 and 1 to 100 degrees of freedom; below 1e-300 it may answer 0.
 */
export const chiSquareTail = (x: number, degreesOfFreedom: number): number => {
  const isOdd = degreesOfFreedom % 2 === 1
  const start = isOdd ? Math.sqrt((2 * x) / Math.PI) : 1
  let term = start
  let sum = 0
  for (let above = isOdd ? 3 : 2; above <= degreesOfFreedom; above += 2) {
    sum += term
    term *= x / above
  }
  // In two halves: e^(−x/2) alone is 0 long before the product is.
  const half = Math.exp(-x / 4)
  return Math.min(1, sum * half * half + (isOdd ? 2 * normalTail(Math.sqrt(x)) : 0))
}
