import normalCdf from '@stdlib/stats-base-dists-normal-cdf'

/** P(Z > z) of a standard normal Z: exact in its digits however small, which 1 − P(Z ≤ z) is not. */
export const normalTail = (z: number): number => normalCdf(-z, 0, 1)

/** The z with P(−z ≤ Z ≤ z) = `confidence`, above 0 and below 1: 1.96 of 95 %. */
export const normalReach = (confidence: number): number => {
  const beyond = (1 - confidence) / 2
  // Newton's method. The tail is convex here, so the steps come from below until rounding ends them.
  let z = 0
  for (;;) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
    const next = z + (normalTail(z) - beyond) / density
    if (!(next > z)) return z
    z = next
  }
}
