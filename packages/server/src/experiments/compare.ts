import { alwaysValidInterval, proportionOf, sampleRatio, type Sample } from '@boardwalk/engine/statistics'
import type { ExperimentDocument, Phase } from '@boardwalk/engine'
import type { ArmSums, Outcome } from '@boardwalk/store'

/** Of one arm in one phase; accounts vary by share of members, people by yes or no. */
const sampleOf = (sums: ArmSums, metric: Outcome, unit: ExperimentDocument['unit']): Sample => {
  const units = sums.maturedUnits
  const asPeople = proportionOf(sums.sums[metric], units)
  if (unit === 'user' || units < 2) return asPeople
  const { mean } = asPeople
  const variance = (sums.squares[metric] - units * mean * mean) / (units - 1)
  return { units, mean, variance: variance > 0 ? variance : asPeople.variance }
}

export type Compared = {
  readonly difference: number
  readonly low: number
  readonly high: number
  readonly relative: number | null
}

type Stratum = { readonly control: Sample; readonly treatment: Sample }

/** One sample for all phases: its mean and squared error are those of the weighted sum. */
const together = (strata: readonly Stratum[], of: (stratum: Stratum) => Sample): Sample => {
  const weightOf = ({ control, treatment }: Stratum): number => control.units + treatment.units
  const all = strata.reduce((sum, stratum) => sum + weightOf(stratum), 0)
  const units = strata.reduce((sum, stratum) => sum + of(stratum).units, 0)
  let mean = 0
  let squaredError = 0
  for (const stratum of strata) {
    const weight = weightOf(stratum) / all
    const sample = of(stratum)
    mean += weight * sample.mean
    squaredError += (weight * weight * sample.variance) / sample.units
  }
  return { units, mean, variance: squaredError * units }
}

/**
 * Treatment less control in what happened within the window, phase by phase, since people came to the arms in other
 * shares in each: weighted by how many units of both arms each phase has. Null while no phase has units in both.
 */
export const compare = (
  sums: readonly ArmSums[],
  [control, treatment]: readonly [string, string],
  metric: Outcome,
  unit: ExperimentDocument['unit'],
): Compared | null => {
  const strata = sums
    .filter(({ arm, maturedUnits }) => arm === control && maturedUnits > 0)
    .flatMap((one): Stratum[] => {
      const other = sums.find(
        ({ arm, phase, maturedUnits }) => arm === treatment && phase === one.phase && maturedUnits > 0,
      )
      return other ? [{ control: sampleOf(one, metric, unit), treatment: sampleOf(other, metric, unit) }] : []
    })
  if (strata.length === 0) return null
  const before = together(strata, (stratum) => stratum.control)
  const interval = alwaysValidInterval(
    before,
    together(strata, (stratum) => stratum.treatment),
  )
  if (interval === null || interval.low === null || interval.high === null) return null
  const { difference, low, high } = interval
  return { difference, low, high, relative: before.mean > 0 ? difference / before.mean : null }
}

/** Below it, people do not come to the arms as intended. */
const leastProbable = 0.001

/** Each phase is a test of its own; the product of their Bayes factors is one, too. */
export const ratioOf = (document: ExperimentDocument, phases: readonly Phase[], sums: readonly ArmSums[]) => {
  const { arms } = document
  const expected = arms.map(() => 0)
  const observed = arms.map(() => 0)
  let log = 0
  for (const { number, allocation } of phases) {
    const counts = arms.map(
      ({ id }) => sums.find(({ arm, phase }) => arm === id && phase === number)?.units ?? 0,
    )
    const weights = arms.map(({ id }) => allocation[id] ?? 0)
    const units = counts.reduce((all, count) => all + count, 0)
    for (const index of arms.keys()) {
      expected[index]! += (units * weights[index]!) / 100
      observed[index]! += counts[index]!
    }
    log += sampleRatio(counts, weights).logBayesFactor
  }
  const p = Math.min(1, Math.exp(-log))
  const byArm = (numbers: readonly number[]) =>
    Object.fromEntries(arms.map(({ id }, index) => [id, Math.round(numbers[index]! * 100) / 100]))
  return { expected: byArm(expected), observed: byArm(observed), p, suspicious: p < leastProbable }
}
