// The statistics of figures and experiments, on a door of their own: whoever only decides onboarding (a browser does)
// does not load them.
export {
  alwaysValidInterval,
  alwaysValidMean,
  proportionOf,
  type Interval,
  type IntervalSettings,
  type Sample,
} from './always-valid.ts'
export { kaplanMeier, type CurvePoint, type Observation } from './kaplan-meier.ts'
export { logRank, type LogRank } from './log-rank.ts'
export { quantile, type Quantile } from './quantile.ts'
export { sampleRatio, type SampleRatio } from './sample-ratio.ts'
export { wilson } from './wilson.ts'
