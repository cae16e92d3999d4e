/** What was measured of the people of one arm. */
export type Sample = {
  readonly units: number
  readonly mean: number
  /** Of the single measurements, not of their mean. */
  readonly variance: number
}

export type IntervalSettings = {
  /**
   * Which side is limited: `both`; or only how `high` or how `low` the difference may be, which finds harm in that direction
   * sooner.
   */
  readonly side?: 'both' | 'low' | 'high'
  /** How probable it is at most that the interval ever misses the true difference. Above 0, below 0.5. Default: 0.05. */
  readonly alpha?: number
  /**
   * At how many people over both arms the interval is tightest. Default: 5000. Far from it the interval is wider, never
   * wrong. It has to stay as it is while an experiment runs.
   */
  readonly tunedFor?: number
}

/** A limit is null when that side is not limited. */
export type Interval = {
  /** Treatment less control. */
  readonly difference: number
  readonly low: number | null
  readonly high: number | null
}

/**
 * A share of people as a sample of zeros and ones: variance p(1 − p). While all of them are alike, the variance is that
 * of one more person, half of them the other way, since none at all would make the interval a point.
 */
export const proportionOf = (successes: number, units: number): Sample => {
  const mean = units === 0 ? 0 : successes / units
  const isMixed = successes > 0 && successes < units
  const cautious = isMixed ? mean : 0.5 / (units + 1)
  return { units, mean, variance: cautious * (1 - cautious) }
}

/**
 * The interval of a difference of means or shares that may be looked at as often as one likes: with probability 1 − alpha no
 * look of all misses the truth. An asymptotic confidence sequence after Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
 * "Time-uniform central limit theory and asymptotic confidence sequences" (arXiv 2103.06476v7): two-sided by equation 9,
 * one-sided by 134, tuned by 161. With n the people of both arms and σ² the squared standard error of the difference,
 * ρ² = (−2 ln α + ln(1 − 2 ln α)) / tunedFor, where a one-sided interval takes 2α for α, and the reach is
 * σ √(2 (nρ² + 1) / (nρ²) · ln L), with L = √(nρ² + 1) / α, one-sided 1 + √(nρ² + 1) / (2α).
 *
 * Asymptotic: it holds for people who came independently and in numbers; ask from about a hundred an arm on. Null: nothing
 * can be said, because an arm has nobody yet, or nothing has varied. That is not a sign of health.
 */
export const alwaysValidInterval = (
  control: Sample,
  treatment: Sample,
  { side = 'both', alpha = 0.05, tunedFor = 5000 }: IntervalSettings = {},
): Interval | null => {
  if (control.units === 0 || treatment.units === 0) return null
  const squaredError = control.variance / control.units + treatment.variance / treatment.units
  if (!(squaredError > 0)) return null
  const reach = reachOf(squaredError, control.units + treatment.units, { side, alpha, tunedFor })
  const difference = treatment.mean - control.mean
  return {
    difference,
    low: side === 'high' ? null : difference - reach,
    high: side === 'low' ? null : difference + reach,
  }
}

/** The same of one mean or share by itself, to be compared with a number that is known. */
export const alwaysValidMean = (
  { units, mean, variance }: Sample,
  { side = 'both', alpha = 0.05, tunedFor = 5000 }: IntervalSettings = {},
): Omit<Interval, 'difference'> | null => {
  if (units === 0 || !(variance > 0)) return null
  const reach = reachOf(variance / units, units, { side, alpha, tunedFor })
  return { low: side === 'high' ? null : mean - reach, high: side === 'low' ? null : mean + reach }
}

const reachOf = (
  squaredError: number,
  units: number,
  { side, alpha, tunedFor }: Required<IntervalSettings>,
): number => {
  const logAlpha = Math.log(side === 'both' ? alpha : 2 * alpha)
  const rhoSquared = (-2 * logAlpha + Math.log(1 - 2 * logAlpha)) / tunedFor
  const information = units * rhoSquared
  const root = Math.sqrt(information + 1)
  const logLimit = side === 'both' ? Math.log(root / alpha) : Math.log1p(root / (2 * alpha))
  return Math.sqrt(((squaredError * 2 * (information + 1)) / information) * logLimit)
}
