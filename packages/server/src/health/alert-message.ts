import type { Finding, Metric, RollbackRule } from '@boardwalk/engine/health'
import type { Alert } from '@boardwalk/store'

const names: { readonly [Name in Metric]: string } = {
  d1ConversionRate: 'D1 conversion',
  d7ConversionRate: 'D7 conversion',
  timeToValue: 'time to value',
  skipRate: 'skip rate',
  snoozeRate: 'snooze rate',
  completionRate: 'completion rate',
  gatingBlockRate: 'gate blocks',
  modalAbandonmentRate: 'modal abandonment',
  apiErrorRate: 'API errors',
  averageStepsCompleted: 'steps completed',
  averageTimeToComplete: 'time to complete',
  supportTicketRate: 'support tickets',
}

export const nameOfMetric = (metric: Metric): string => names[metric]

const told = (metric: Metric, value: number | null): string => {
  if (value === null) return 'unknown'
  if (metric === 'timeToValue' || metric === 'averageTimeToComplete') return `${Math.round(value / 1000)} s`
  if (metric === 'averageStepsCompleted') return String(Math.round(value * 100) / 100)
  return `${Math.round(value * 10_000) / 100} %`
}

/** What an alert says, in words. */
export const saidOf = ({ metric, is, of: base }: RollbackRule, { value, of, limit }: Finding): string => {
  const side = is === 'atLeast' ? 'below' : 'above'
  const from = base === undefined ? '' : ' by the baseline'
  return `${names[metric]} ${told(metric, value)} of ${of}, ${side} ${told(metric, limit)}${from}`
}

/** What receivers are sent. Nothing in it is of a person. */
export const alertMessage = (
  state: 'firing' | 'cleared',
  { id, flow, rule, incident, severity, message, firingSince, clearedAt }: Alert,
) => ({
  type: state === 'firing' ? 'alert.firing' : 'alert.cleared',
  alert: id,
  flow,
  rule,
  severity,
  incident,
  message: `${state === 'cleared' ? 'over: ' : ''}flow "${flow}" ${message}`,
  firingSince,
  clearedAt,
})
