import { z } from 'zod'
import { experimentPhase, experimentStatus } from './experiments.ts'
import { oneOf } from './values.ts'

/** What each figure is, in words: the same in answers, in the docs and on the command line. */
export const experimentDefinitions = {
  people: 'everybody in the ledger with this arm, testers and erased people left out',
  exposed: 'those of `people` who have met the difference; who has not is not in the ledger',
  completed: 'those of `people` who completed the arm’s flow after their exposure, so far',
  skipped: 'those of `people` who skipped one of its steps, or the whole flow, after their exposure, so far',
  resumed:
    'those of `people` who took the flow up again after having skipped it, after their exposure, so far',
  activated:
    'those of `people` who did its activation step (a shared one: or had it done by a colleague) after their exposure, so far',
  inWindow: 'those of `people` who were exposed less than `window` ago; in no rate and no comparison yet',
  matured: 'those of `people` who were exposed `window` ago or earlier',
  rates: 'those of `matured` to whom it happened within `window` of their exposure / matured',
  timeToComplete:
    'from exposure to completion in milliseconds: the time by which half of `people` are through, by Kaplan–Meier, with its 95 % interval; the unfinished count as unfinished until now; `reached: false` while less than half are through',
  comparisons:
    'rate of the arm − rate of the first arm, among `matured`, with an always-valid 95 % interval (asymptotic confidence sequence): it may be looked at as often as one likes; with several arms or metrics each interval stands for itself',
  phases:
    'where the allocation was changed, differences are taken within each phase: Σ (n of both arms in the phase × difference in the phase) / Σ n, and the squared error Σ (n / Σ n)² × (variance / n of the one + variance / n of the other)',
  relative: 'difference / rate of the first arm',
  unit: 'of accounts, n is accounts, and an account’s measure is the share of its matured people',
  sampleRatio:
    'units that came to each arm against those expected by the allocation of each phase; p by the sequential test of Lindon and Malek, the Bayes factors of all phases multiplied; below 0.001 it is suspicious',
  conflicts:
    'people who were exposed in one arm and belong to an account in another now, or who were exposed in two arms under two ids that are known to be one person’s now; counted where they were first',
  testersLeftOut: 'people in the ledger as testers, or on the list of testers now',
  verdict:
    'null until every arm has `minimumSample` units whose window is over, and while the sample ratio is suspicious; then where the interval of the first of the experiment’s `metrics` that is counted here (else of `completed`) leaves out 0',
} as const

const count = z.int()
const rate = z.number().nullable().describe('To four digits; null where there is nobody to divide by.')

const outcomesOf = <Value extends z.ZodType>(value: Value) => ({
  completed: value,
  skipped: value,
  resumed: value,
  activated: value,
})

const arm = z
  .object({
    id: z.string(),
    people: count,
    exposed: count,
    units: count.describe('People, or accounts when those come into arms as a whole.'),
    ...outcomesOf(count),
    inWindow: count,
    matured: count,
    rates: z.object(outcomesOf(rate)),
    timeToComplete: z.object({
      reached: z.boolean(),
      median: z.int().nullable(),
      low: z.int().nullable(),
      high: z.int().nullable(),
    }),
  })
  .meta({ id: 'ExperimentArmResults' })

const compared = z
  .object({
    difference: z.number(),
    low: z.number(),
    high: z.number(),
    relative: z.number().optional(),
  })
  .nullable()
  .describe('null: nothing can be said yet.')

export const experimentResults = z
  .object({
    experiment: z.string(),
    flow: z.string(),
    status: experimentStatus,
    unit: oneOf('user', 'account'),
    window: z.string(),
    phases: z.array(experimentPhase.extend({ people: z.record(z.string(), count) })),
    arms: z.array(arm),
    comparedWith: z.string().describe('The first arm.'),
    comparisons: z.array(z.object({ arm: z.string(), metrics: z.object(outcomesOf(compared)) })),
    sampleRatio: z.object({
      expected: z.record(z.string(), z.number()),
      observed: z.record(z.string(), z.number()),
      p: z.number(),
      suspicious: z.boolean(),
    }),
    conflicts: count,
    testersLeftOut: count,
    verdict: z
      .object({
        metric: z.string(),
        arms: z.array(z.object({ arm: z.string(), is: oneOf('higher', 'lower', 'not_told_apart') })),
      })
      .nullable(),
    reason: z.string().describe('The verdict, or why there is none yet, in words.'),
    definitions: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ExperimentResults' })
