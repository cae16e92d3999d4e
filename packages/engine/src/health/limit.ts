import type { Limit, MetricRow } from './metrics.ts'

/** Of `of` people, attempts or requests, `count`. */
export type Counted = { readonly of: number; readonly count: number }

/** A metric as it stands; null: nothing to measure, or not reached yet. */
export type Measured = { readonly value: number | null; readonly of: number }

export const measuredOf = ({ of, count }: Counted): Measured => ({ value: of === 0 ? null : count / of, of })

/** What the limit comes to; null: it is of a baseline that is not known. */
export const limitIn = ({ limit, of }: Limit, baseline: Measured | null): number | null => {
  if (of === undefined) return limit
  return baseline === null || baseline.value === null ? null : limit * baseline.value
}

/** `unknown`: too few, nothing measured, or no baseline. Never a sign of health. */
export type Held = 'held' | 'broken' | 'unknown'

/** Whether the limit is kept, as the figures stand. */
export const isHeld = (
  limit: Limit,
  { value, of }: Measured,
  baseline: Measured | null,
  minimumSample: number,
): Held => {
  const at = limitIn(limit, baseline)
  if (at === null || value === null || of < minimumSample) return 'unknown'
  return (limit.is === 'atLeast' ? value >= at : value <= at) ? 'held' : 'broken'
}

const z = 1.959_963_984_540_054

/** How low and how high a rate may be that was once measured so: 95 %, by the score intervals of Wilson and (counts) Poisson. */
export const rateBetween = (
  { of, count }: Counted,
  kind: MetricRow['kind'],
): { readonly low: number; readonly high: number } => {
  if (of === 0) return { low: 0, high: kind === 'share' ? 1 : Infinity }
  const centre = count + (z * z) / 2
  const inside = kind === 'share' ? (count * (of - count)) / of : count
  const reach = z * Math.sqrt(Math.max(0, inside) + (z * z) / 4)
  const whole = kind === 'share' ? of + z * z : of
  return { low: Math.max(0, (centre - reach) / whole), high: (centre + reach) / whole }
}
