import type { Release } from '../release.ts'
import { isHeld, limitIn, type Measured } from './limit.ts'
import type { Limit, Metric } from './metrics.ts'

/** What a phase sets; what it leaves out stays. `phase_start`: the moment at which the phase is entered. */
export type PhaseSettings = {
  readonly [Name in 'rolloutPercentage' | 'marketWhitelist' | 'userWhitelist']?: Release[Name] | undefined
} & { readonly signedUpAfter?: string | null | undefined }

export type Criterion = Limit & { readonly metric: Metric }

export type Phase = {
  readonly name: string
  readonly settings: PhaseSettings
  /** What has to be so before the next phase begins. */
  readonly criteria: readonly Criterion[]
  /** From then on the phase begins by itself, once the criteria of the one before are met. ISO 8601. */
  readonly startsAt?: string | undefined
}

export const phaseStart = 'phase_start'

/** Those of the design. Later phases keep the sign-up of the second, so that no phase takes the flow from anybody. */
export const usualPhases: readonly Phase[] = [
  { name: 'internal', settings: { rolloutPercentage: 0 }, criteria: [] },
  {
    name: 'limited',
    settings: { rolloutPercentage: 10, marketWhitelist: ['FR'], signedUpAfter: phaseStart },
    criteria: [
      { metric: 'd1ConversionRate', is: 'atLeast', limit: 1, of: 'baseline' },
      { metric: 'skipRate', is: 'atMost', limit: 0.4 },
      { metric: 'supportTicketRate', is: 'atMost', limit: 1, of: 'baseline' },
    ],
  },
  {
    name: 'expanded',
    settings: { rolloutPercentage: 50, marketWhitelist: null },
    criteria: [
      { metric: 'd7ConversionRate', is: 'atLeast', limit: 1, of: 'baseline' },
      { metric: 'timeToValue', is: 'atMost', limit: 0.8, of: 'baseline' },
      { metric: 'gatingBlockRate', is: 'atMost', limit: 0.05 },
    ],
  },
  {
    name: 'full',
    settings: { rolloutPercentage: 100, marketWhitelist: null, signedUpAfter: null },
    criteria: [
      { metric: 'completionRate', is: 'atLeast', limit: 0.6 },
      { metric: 'averageStepsCompleted', is: 'atLeast', limit: 3 },
    ],
  },
]

export type MeasuredCriterion = Criterion & {
  readonly outcome: 'met' | 'not_met' | 'unknown'
  readonly value: number | null
  readonly n: number
  /** What the limit comes to. */
  readonly at: number | null
}

const outcomes = { held: 'met', broken: 'not_met', unknown: 'unknown' } as const

export const measureCriterion = (
  criterion: Criterion,
  measured: Measured,
  baseline: Measured | null,
  minimumSample: number,
): MeasuredCriterion => ({
  ...criterion,
  outcome: outcomes[isHeld(criterion, measured, baseline, minimumSample)],
  value: measured.value,
  n: measured.of,
  at: limitIn(criterion, baseline),
})
