import { experimentDefinitions } from '@boardwalk/contract'
import { binMiddleMs } from '@boardwalk/engine'
import { kaplanMeier, quantile } from '@boardwalk/engine/statistics'
import { outcomes, type ArmSums, type ArmTimes, type Outcome, type StoredExperiment } from '@boardwalk/store'
import type { readExperimentSums } from '@boardwalk/store'
import { compare, ratioOf } from './compare.ts'

type Sums = Awaited<ReturnType<typeof readExperimentSums>>

const isOutcome = (metric: string): metric is Outcome => outcomes.some((name) => name === metric)

const sumOf = (rows: readonly ArmSums[], of: (row: ArmSums) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0)

const digits = (value: number): number => Math.round(value * 10_000) / 10_000

const rate = (part: number, whole: number): number | null => (whole === 0 ? null : digits(part / whole))

const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms))

const timeOf = (times: readonly ArmTimes[]) => {
  const curve = kaplanMeier(times.map(({ bin, ...counts }) => ({ timeMs: binMiddleMs(bin), ...counts })))
  const { timeMs, low, high } = quantile(curve, 0.5)
  return { reached: timeMs !== null, median: whole(timeMs), low: whole(low), high: whole(high) }
}

const eachOutcome = <Value>(of: (name: Outcome) => Value) =>
  Object.fromEntries(outcomes.map((name) => [name, of(name)])) as { [Name in Outcome]: Value }

const presentArm = (id: string, sums: readonly ArmSums[], times: readonly ArmTimes[]) => {
  const rows = sums.filter(({ arm }) => arm === id)
  const people = sumOf(rows, (row) => row.people)
  const matured = sumOf(rows, (row) => row.matured)
  return {
    id,
    people,
    exposed: people,
    units: sumOf(rows, (row) => row.units),
    ...eachOutcome((name) => sumOf(rows, (row) => row.soFar[name])),
    inWindow: people - matured,
    matured,
    rates: eachOutcome((name) =>
      rate(
        sumOf(rows, (row) => row.inTime[name]),
        matured,
      ),
    ),
    timeToComplete: timeOf(times.filter(({ arm }) => arm === id)),
  }
}

type Comparison = {
  readonly arm: string
  readonly metrics: { [Name in Outcome]: ReturnType<typeof compare> }
}

const standing = (compared: ReturnType<typeof compare>): 'higher' | 'lower' | 'not_told_apart' => {
  if (compared === null) return 'not_told_apart'
  return compared.low > 0 ? 'higher' : compared.high < 0 ? 'lower' : 'not_told_apart'
}

/** What may be said by now, of the first of the experiment's metrics that is one of ours, else of completion. */
const verdictOf = (
  { document, phases }: StoredExperiment,
  sums: readonly ArmSums[],
  comparisons: readonly Comparison[],
  suspicious: boolean,
) => {
  const { arms, metrics = [], minimumSample, unit } = document
  const [control = { id: '' }] = arms
  if (phases.length === 0) return { verdict: null, reason: 'It has never run.' }
  if (suspicious)
    return {
      verdict: null,
      reason:
        'People did not come to the arms in the shares intended, so the arms cannot be compared. Look for what keeps some of them from being counted.',
    }
  const ofArm = (id: string): number =>
    sumOf(
      sums.filter(({ arm }) => arm === id),
      (row) => row.maturedUnits,
    )
  // An arm that was never given anybody is waited for by nobody.
  const asked = arms.filter(({ id }) => phases.some(({ allocation }) => (allocation[id] ?? 0) > 0))
  const short = asked.filter(({ id }) => ofArm(id) < minimumSample)
  if (short.length > 0) {
    const counts = short.map(({ id }) => `"${id}" has ${ofArm(id)}`).join(', ')
    const what = unit === 'account' ? 'accounts with people' : 'people'
    return {
      verdict: null,
      reason: `Too early: every arm needs ${minimumSample} ${what} whose window is over; ${counts}.`,
    }
  }
  const metric = metrics.find((name) => isOutcome(name)) ?? 'completed'
  const others = comparisons.filter(({ arm }) => asked.some(({ id }) => id === arm))
  const told = others.map(({ arm, metrics: compared }) => ({ arm, is: standing(compared[metric]) }))
  const apart = told.filter(({ is }) => is !== 'not_told_apart')
  const reason =
    apart.length === 0
      ? `Nothing yet tells the arms apart from "${control.id}" in "${metric}".`
      : `In "${metric}", compared with "${control.id}": ${apart.map(({ arm, is }) => `"${arm}" is ${is}`).join(', ')}.`
  return { verdict: { metric, arms: told }, reason }
}

export const presentResults = (
  experiment: StoredExperiment,
  { arms: sums, times, testersLeftOut, conflicts }: Sums,
  window: string,
) => {
  const { document, status, phases } = experiment
  const [control, ...others] = document.arms
  const comparisons = others.map(({ id }): Comparison => ({
    arm: id,
    metrics: eachOutcome((name) => compare(sums, [control?.id ?? '', id], name, document.unit)),
  }))
  const ratio = ratioOf(document, phases, sums)
  return {
    experiment: document.id,
    flow: document.flow,
    status,
    unit: document.unit,
    window,
    phases: phases.map((phase) => ({
      ...phase,
      people: Object.fromEntries(
        document.arms.map(({ id }) => [
          id,
          sums.find(({ arm, phase: number }) => arm === id && number === phase.number)?.people ?? 0,
        ]),
      ),
    })),
    arms: document.arms.map(({ id }) => presentArm(id, sums, times)),
    comparedWith: control?.id ?? '',
    comparisons: comparisons.map(({ arm, metrics }) => ({
      arm,
      metrics: eachOutcome((name) => {
        const compared = metrics[name]
        if (compared === null) return null
        const { difference, low, high, relative } = compared
        return {
          difference: digits(difference),
          low: digits(low),
          high: digits(high),
          ...(relative !== null && { relative: digits(relative) }),
        }
      }),
    })),
    sampleRatio: ratio,
    conflicts,
    testersLeftOut,
    ...verdictOf(experiment, sums, comparisons, ratio.suspicious),
    definitions: experimentDefinitions,
  }
}
