import { alwaysValidMean } from '../statistics/always-valid.ts'
import { limitIn, measuredOf, rateBetween, type Counted } from './limit.ts'
import type { Limit, MetricRow } from './metrics.ts'

/**
 * `rollback`: beyond the limit, lately and by more than chance explains; `hold`: beyond it, but that may be chance;
 * `healthy`: within it; `unknown`: too few, or no baseline, and never taken for health.
 */
export type Verdict = 'rollback' | 'hold' | 'healthy' | 'unknown'

/** What was found, and by what; kept with what follows from it. */
export type Finding = {
  readonly verdict: Verdict
  readonly reason: string
  /** Of the latest that are enough to judge. */
  readonly value: number | null
  readonly of: number
  /** What the limit came to; null: of a baseline that is not known. */
  readonly limit: number | null
  /** The stretch that proves most, with how low (or high) the rate there is at least (at most), however often one looks. */
  readonly proof: (Counted & { readonly bound: number; readonly limit: number }) | null
}

export type Judging = {
  readonly kind: MetricRow['kind']
  readonly baseline: Counted | null
  readonly minimumSample: number
  /** How probable it may be for one stretch that it ever breaks the limit by chance. */
  readonly alpha: number
}

/** At so many people the interval is tightest: incidents are to be found early. */
const tunedFor = 1_000

const percent = (rate: number): string => `${Math.round(rate * 10_000) / 100} %`

/** From each piece on until now: the newest piece alone first. */
const stretchesOf = (pieces: readonly Counted[]): Counted[] => {
  let [of, count] = [0, 0]
  return pieces.toReversed().map((piece) => {
    of += piece.of
    count += piece.count
    return { of, count }
  })
}

const boundOf = (
  { of, count }: Counted,
  { is }: Limit,
  limit: number,
  kind: MetricRow['kind'],
  alpha: number,
) => {
  const mean = count / of
  // As much as the limit itself would vary, so that few alike prove nothing.
  const varianceAt = (rate: number): number => (kind === 'share' ? rate * (1 - rate) : rate)
  const variance = Math.max(
    varianceAt(Math.min(mean, 1)),
    varianceAt(Math.min(limit, 1)),
    kind === 'count' ? mean : 0,
    // Where all are alike at a limit of none or all: that of one more person, half the other way.
    varianceAt(0.5 / (of + 1)),
  )
  const sample = { units: of, mean, variance }
  const found = alwaysValidMean(sample, { side: is === 'atMost' ? 'low' : 'high', alpha, tunedFor })
  return found === null ? null : is === 'atMost' ? found.low : found.high
}

/**
 * Judges a limit by pieces of time, oldest first. Every stretch from some piece until now is a sequence of its own, so that a
 * breach is found soon after it begins, however long all went well before; each may be looked at as often as one likes.
 * A limit of a baseline is moved to where the baseline itself may have been wrong by chance.
 */
export const judge = (limit: Limit, pieces: readonly Counted[], judging: Judging): Finding => {
  const { kind, baseline, minimumSample, alpha } = judging
  const stretches = stretchesOf(pieces)
  const all = stretches.at(-1) ?? { of: 0, count: 0 }
  const at = limitIn(limit, baseline && measuredOf(baseline))
  const enough = stretches.filter(({ of }) => of > 0 && of >= minimumSample)
  const [latest] = enough
  const { value, of } = measuredOf(latest ?? all)
  const finding = { value, of, limit: at, proof: null }
  if (at === null) return { ...finding, verdict: 'unknown', reason: 'there is no baseline to compare with' }
  if (latest === undefined || value === null)
    return { ...finding, verdict: 'unknown', reason: `${of} are too few: ${minimumSample} are needed` }
  const isBelow = limit.is === 'atLeast'
  const said = `${percent(value)} of ${of}, limit ${percent(at)}`
  if (isBelow ? value >= at : value <= at) return { ...finding, verdict: 'healthy', reason: said }
  const known = baseline && limit.of === 'baseline' ? rateBetween(baseline, kind) : null
  const proven = known === null ? at : limit.limit * (isBelow ? known.low : known.high)
  const margin = (bound: number): number => (isBelow ? proven - bound : bound - proven)
  const proofs = enough.flatMap((stretch) => {
    const bound = boundOf(stretch, limit, proven, kind, alpha)
    return bound === null ? [] : [{ ...stretch, bound, limit: proven }]
  })
  const [proof = null] = proofs.toSorted((one, other) => margin(other.bound) - margin(one.bound))
  const side = isBelow ? 'at most' : 'at least'
  if (proof === null || margin(proof.bound) <= 0)
    return { ...finding, proof, verdict: 'hold', reason: `${said}, which may be chance` }
  const reason = `${said}; certainly ${side} ${percent(proof.bound)} by ${proof.of}`
  return { ...finding, proof, verdict: 'rollback', reason }
}
