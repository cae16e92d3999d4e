import { isHeld, type Measured } from './limit.ts'
import type { Limit } from './metrics.ts'
import type { AlertRule } from './settings.ts'

export type HealthStatus = 'healthy' | 'warning' | 'critical' | 'unknown'

/** The worst of its rules that is broken; a target that is missed is a warning. What is not known is not healthy. */
export const statusOf = (
  measured: Measured,
  baseline: Measured | null,
  target: Limit,
  rules: readonly AlertRule[],
  minimumSample: number,
): HealthStatus => {
  const held = (limit: Limit) => isHeld(limit, measured, baseline, minimumSample)
  const broken = rules.filter((rule) => held(rule) === 'broken').map(({ severity }) => severity)
  if (broken.includes('critical')) return 'critical'
  if (broken.length > 0 || held(target) === 'broken') return 'warning'
  return held(target) === 'held' ? 'healthy' : 'unknown'
}
