import {
  isHeld,
  judge,
  metrics,
  type AlertRule,
  type Counted,
  type Finding,
  type Held,
  type Metric,
  type RollbackRule,
} from '@boardwalk/engine/health'
import { lastEndedAt, type FrozenFigure, type Query, type WatchedFlow, type Whom } from '@boardwalk/store'
import { ceilHour, dayMs, floorHour, hourMs } from '../figures/range.ts'
import { figuresOf, type Figures, type Pieces } from './figures-of.ts'

const minuteMs = 60_000

/** Everybody in the flow. */
export const whomOf = (flow: string): Whom => ({
  flow,
  version: null,
  arm: null,
  market: null,
  plan: null,
  role: null,
  locale: null,
  compare: null,
})

/**
 * Chance breaks a limit that all keep exactly at most once in 20 days (API errors: a stretch begins with every minute) or
 * once in 20 years (all else: with every day).
 */
const alphaOf = (metric: Metric): number => 0.05 / (metric === 'apiErrorRate' ? 1440 : 365)

export type RuleFinding = {
  readonly rule: RollbackRule
  readonly finding: Finding
  readonly baseline: FrozenFigure | null
  readonly pieces: Pieces
  /** Nothing earlier is evidence: then the flow was switched on, or the last incident ended. */
  readonly since: number
}
export type AlertFinding = { readonly rule: AlertRule; readonly finding: Finding; readonly held: Held }

const countedOf = (figure: FrozenFigure | null): Counted | null =>
  figure?.count === undefined ? null : { of: figure.of, count: figure.count }

/** Those that are about the event of value of the settings. */
export const metricsOfValue: readonly Metric[] = ['d1ConversionRate', 'd7ConversionRate', 'timeToValue']

/** null also where it was taken of another event of value: the same people would be a breach by that alone. */
export const baselineOf = ({ baseline, settings }: WatchedFlow, metric: Metric): FrozenFigure | null => {
  const figure = baseline?.metrics[metric] ?? null
  const isAbout = (figure?.valueEvent ?? null) === settings.valueEvent || !metricsOfValue.includes(metric)
  return isAbout ? figure : null
}

/** Of a limit nobody can know nothing needs to be counted, every 15 seconds. */
const isComparable =
  (watched: WatchedFlow) =>
  ({ metric, of }: RollbackRule): boolean =>
    of === undefined || baselineOf(watched, metric) !== null

const windowsOf = ({ settings: { windowDays, windowMinutes } }: WatchedFlow, now: number) => ({
  since: now - windowDays * dayMs,
  apiSince: Math.floor(now / minuteMs) * minuteMs - (windowMinutes - 1) * minuteMs,
})

/** The figures of the flow's own windows. */
export const currentFigures = (
  query: Query,
  watched: WatchedFlow,
  wanted: readonly Metric[],
  now: number,
  more: { readonly whom?: Whom; readonly since?: number } = {},
): Promise<Figures> => {
  const { since, apiSince } = windowsOf(watched, now)
  const { flow, settings } = watched
  const asked = {
    whom: more.whom ?? whomOf(flow),
    valueEvent: settings.valueEvent,
    since: Math.max(since, more.since ?? since),
    // What happens within this hour is of it.
    until: floorHour(now) + hourMs,
    now,
  }
  // A minute in which something else was on counts for nobody.
  const apiFrom = Math.max(apiSince, Math.ceil((more.since ?? 0) / minuteMs) * minuteMs)
  return figuresOf(query, wanted, asked, apiFrom)
}

const oneRollback = async (
  query: Query,
  watched: WatchedFlow,
  rule: RollbackRule,
  now: number,
): Promise<RuleFinding> => {
  const ended = await lastEndedAt(query, watched.flow, rule.id)
  const since = Math.max(watched.switchedOnAt ?? 0, ended ?? 0)
  // An hour in which something else was on counts for nobody, as a minute does of API errors.
  const from = rule.metric === 'apiErrorRate' ? since : ceilHour(since)
  const wanted = [rule].filter(isComparable(watched)).map(({ metric }) => metric)
  const figures = await currentFigures(query, watched, wanted, now, { since: from })
  const pieces = figures[rule.metric]?.pieces ?? []
  const baseline = baselineOf(watched, rule.metric)
  const finding = judge(rule, pieces, {
    kind: metrics[rule.metric].kind,
    baseline: countedOf(baseline),
    minimumSample: watched.settings.minimumSample,
    alpha: alphaOf(rule.metric),
  })
  return { rule, finding, baseline, pieces, since }
}

/** What the rules by which a flow is switched off find now. */
export const rollbackFindings = (query: Query, watched: WatchedFlow, now: number): Promise<RuleFinding[]> =>
  Promise.all(watched.settings.rollbacks.map((rule) => oneRollback(query, watched, rule, now)))

const verdicts = { held: 'healthy', broken: 'hold', unknown: 'unknown' } as const

/** What the rules of alerts find now: by the figures as they stand, without regard to chance. */
export const alertFindings = async (
  query: Query,
  watched: WatchedFlow,
  now: number,
): Promise<AlertFinding[]> => {
  const { alerts, minimumSample } = watched.settings
  const figures = await currentFigures(
    query,
    watched,
    alerts.filter(isComparable(watched)).map(({ metric }) => metric),
    now,
  )
  return alerts.map((rule) => {
    const { value, of } = figures[rule.metric] ?? { value: null, of: 0 }
    const baseline = baselineOf(watched, rule.metric)
    const held = isHeld(rule, { value, of }, baseline, minimumSample)
    const limit =
      rule.of === undefined ? rule.limit : baseline?.value == null ? null : rule.limit * baseline.value
    return {
      rule,
      held,
      finding: { verdict: verdicts[held], reason: '', value, of, limit, proof: null },
    }
  })
}
