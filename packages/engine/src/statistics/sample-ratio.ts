export type SampleRatio = {
  /** Above 0 the people speak for another split than the intended one; e to this is by how much. */
  readonly logBayesFactor: number
  /** Below 0.001: people do not come to the arms as intended, and the arms cannot be compared. */
  readonly pValue: number
}

/**
 * Whether people came to the arms in the intended shares, asked as often as one likes: the sequential test of Lindon and
 * Malek, "Anytime-valid inference for multinomial count data" (NeurIPS 2022). The Bayes factor of a Dirichlet–multinomial
 * against the intended multinomial; with αᵢ = concentration · shareᵢ, nᵢ people in arm i, α and n their sums, it is
 * Γ(α) / Γ(α + n) · Π Γ(αᵢ + nᵢ) / (Γ(αᵢ) shareᵢ^nᵢ). Where the shares are as intended, it exceeds 1000 at any time with
 * a probability of at most 0.001 (Ville's inequality); the p-value is its inverse, at most 1, and the smallest of all looks
 * counts.
 *
 * `weights` are in any unit, as many as `counts`. An arm of weight 0 is left out, unless somebody is in it: then p is 0.
 * A higher concentration finds small deviations late and large ones later; 100 suits thousands of people.
 */
export const sampleRatio = (
  counts: readonly number[],
  weights: readonly number[],
  concentration = 100,
): SampleRatio => {
  const arms = counts.map((people, arm) => ({ people, weight: weights[arm]! }))
  if (arms.some(({ people, weight }) => people > 0 && weight === 0))
    return { logBayesFactor: Infinity, pValue: 0 }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const n = counts.reduce((sum, people) => sum + people, 0)
  const all = concentration + n
  let log = 0.5 * Math.log(all / concentration) - stirlingRest(all) + stirlingRest(concentration)
  // The logarithms of the gamma functions by Stirling, in which all that is large cancels: at a million people their
  // plain difference would have nine exact digits less.
  for (const { people, weight } of arms) {
    if (weight === 0) continue
    const share = weight / total
    const before = concentration * share
    const after = before + people
    log += after * Math.log1p((people - n * share) / (all * share)) - 0.5 * Math.log(after / before)
    log += stirlingRest(after) - stirlingRest(before)
  }
  return { logBayesFactor: log, pValue: Math.min(1, Math.exp(-log)) }
}

/** ln Γ(z) − (z − ½) ln z + z − ½ ln 2π, for z > 0: Abramowitz and Stegun 6.1.41, from 10 on, where six terms suffice. */
const stirlingRest = (z: number): number => {
  let rest = 0
  for (; z < 10; z++) rest += (z + 0.5) * Math.log1p(1 / z) - 1
  const w = 1 / (z * z)
  const series =
    1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - w * (691 / 360360 - w / 156)))))
  return rest + series / z
}
