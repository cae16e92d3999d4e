import { healthDefinitions } from '@boardwalk/contract'
import {
  metricNames,
  metrics,
  statusOf,
  type HealthSettings,
  type Measured,
  type Metric,
} from '@boardwalk/engine/health'
import type { Alert, ToldIncident } from '@boardwalk/store'
import { known } from '../http/known.ts'
import type { Figures } from './figures-of.ts'

const round = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 1_000_000) / 1_000_000

const nothing: Measured = { value: null, of: 0 }

/** Every metric with what it should be, and how it stands. */
export const presentMetrics = (
  figures: Figures,
  baselineFor: (metric: Metric) => Measured | null,
  { alerts, minimumSample }: HealthSettings,
) =>
  Object.fromEntries(
    metricNames.map((metric) => {
      const { value, of } = figures[metric] ?? nothing
      const baseline = baselineFor(metric)
      const { target } = metrics[metric]
      const rules = alerts.filter((rule) => rule.metric === metric)
      return [
        metric,
        {
          value: round(value),
          of,
          target,
          baseline: round(baseline?.value ?? null),
          status: statusOf({ value, of }, baseline, target, rules, minimumSample),
          definition: healthDefinitions[metric],
        },
      ]
    }),
  )

export const presentAlert = (alert: Alert) => known(alert)
export const presentIncident = (incident: ToldIncident) => known(incident)
