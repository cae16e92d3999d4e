/** What a metric is made of, and what it should be. */
export type MetricRow = {
  /**
   * `share`: of those counted, how many; `count`: how often for each of them; `other`: neither, such as a median. Only of
   * the first two is known how much chance may do.
   */
  readonly kind: 'share' | 'count' | 'other'
  readonly target: Limit
}

/** A value that is not to be exceeded, or to be reached; `of: 'baseline'`: as a multiple of the baseline. */
export type Limit = {
  readonly is: 'atLeast' | 'atMost'
  readonly limit: number
  readonly of?: 'baseline' | undefined
}

const atLeast = (limit: number): Limit => ({ is: 'atLeast', limit })
const atMost = (limit: number): Limit => ({ is: 'atMost', limit })
const ofBaseline = (limit: Limit): Limit => ({ ...limit, of: 'baseline' })

const tenMinutesMs = 600_000

const rows = {
  d1ConversionRate: { kind: 'share', target: ofBaseline(atLeast(1)) },
  d7ConversionRate: { kind: 'share', target: ofBaseline(atLeast(1)) },
  timeToValue: { kind: 'other', target: ofBaseline(atMost(0.8)) },
  skipRate: { kind: 'share', target: atMost(0.4) },
  snoozeRate: { kind: 'share', target: atMost(0.3) },
  completionRate: { kind: 'share', target: atLeast(0.6) },
  gatingBlockRate: { kind: 'share', target: atMost(0.05) },
  modalAbandonmentRate: { kind: 'share', target: atMost(0.5) },
  apiErrorRate: { kind: 'share', target: atMost(0.01) },
  averageStepsCompleted: { kind: 'other', target: atLeast(3) },
  averageTimeToComplete: { kind: 'other', target: atMost(tenMinutesMs) },
  supportTicketRate: { kind: 'count', target: ofBaseline(atMost(1)) },
} as const satisfies Record<string, MetricRow>

export type Metric = keyof typeof rows

export const metrics: { readonly [Name in Metric]: MetricRow } = rows

export const metricNames = Object.keys(rows) as [Metric, ...Metric[]]

/** Those that a release may be rolled back by. */
export const countedMetrics = metricNames.filter((name) => metrics[name].kind !== 'other') as [
  Metric,
  ...Metric[],
]
