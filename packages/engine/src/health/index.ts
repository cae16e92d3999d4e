// How a release is judged, on a door of its own: whoever only decides onboarding (a browser does) does not load it.
export { isHeld, limitIn, measuredOf, type Counted, type Held, type Measured } from './limit.ts'
export { countedMetrics, metricNames, metrics, type Limit, type Metric } from './metrics.ts'
export {
  measureCriterion,
  phaseStart,
  usualPhases,
  type Criterion,
  type MeasuredCriterion,
  type Phase,
  type PhaseSettings,
} from './phases.ts'
export {
  usualSettings,
  type AlertRule,
  type HealthSettings,
  type Receiver,
  type RollbackRule,
} from './settings.ts'
export { calm, nextOfIncident, standingAfter, type OpenIncident, type Standing } from './standing.ts'
export { statusOf, type HealthStatus } from './status.ts'
export { judge, type Finding, type Verdict } from './verdict.ts'
