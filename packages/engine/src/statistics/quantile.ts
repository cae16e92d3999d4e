import type { CurvePoint } from './kaplan-meier.ts'

/** Null: not reached. By nobody knows when, not never. */
export type Quantile = {
  readonly timeMs: number | null
  /** Of the 95 % interval. */
  readonly low: number | null
  readonly high: number | null
}

/** R's `sqrt(.Machine$double.eps)`: levels that differ by less are the same, since they are sums of rounded shares. */
const tolerance = 2 ** -26

/**
 * The time by which the share `p` (0 < p ≤ 1) got there: the first at which 1 − S reaches p; where the curve runs flat at p,
 * the middle of the flat stretch. Its limits are the times at which the limits of the curve get there (Brookmeyer and
 * Crowley 1982). These are the rules of `quantile.survfit` of R's package survival, with its tolerance.
 *
 * The upper limit of a curve may rise again where few are left; R then reads the lowest level that reaches p, wherever it
 * stands, and so does this.
 */
export const quantile = (curve: readonly CurvePoint[], p: number): Quantile => ({
  timeMs: timeAt(curve, (point) => point.survival, p),
  low: timeAt(curve, (point) => point.low, p),
  high: timeAt(curve, (point) => point.high, p),
})

const timeAt = (
  curve: readonly CurvePoint[],
  shareOf: (point: CurvePoint) => number | null,
  p: number,
): number | null => {
  const timeOf = new Map([[0, 0]])
  let level: number | null = 0
  for (const point of curve) {
    const share = shareOf(point)
    level = share === null ? null : 1 - share
    if (level !== null && !timeOf.has(level)) timeOf.set(level, point.timeMs)
  }
  const reached = [...timeOf.keys()].filter((one) => one >= p - tolerance).sort((a, b) => a - b)
  const [from] = reached
  if (from === undefined) return null
  const end = curve.at(-1)!.timeMs
  // The curve ends flat at p: the stretch ends where the last person was last seen.
  if (level !== null && Math.abs(p - level) < tolerance) return (timeOf.get(from)! + end) / 2
  const until = reached.find((one) => one >= p + tolerance)
  return until === undefined ? null : (timeOf.get(from)! + timeOf.get(until)!) / 2
}
