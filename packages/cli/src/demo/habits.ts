import { hourMs, minuteMs } from './moments.ts'

/** How people are with a step. */
export type Habit = {
  /** Of people with no particular drive, who does it when it is their turn for the first time. */
  readonly does: number
  /** How much sooner they do it when it is required. */
  readonly pressed?: number
  /** Of those who do not, who skips it, if it may be skipped. */
  readonly skips: number
  /** Half need no longer. */
  readonly medianMs: number
  /** `claim`: they say so; `proof`: the shop's server saw it; else the event that proves it. */
  readonly by: 'claim' | 'proof' | { readonly event: string; readonly property: string }
  /** What the shop says of value when they do it. */
  readonly value?: string
}

const habits: Readonly<Record<string, Habit>> = {
  email_verification: { does: 0.75, skips: 0, medianMs: 2 * minuteMs, by: 'proof' },
  payments: { does: 0.36, skips: 0, medianMs: 9 * minuteMs, by: 'proof' },
  theme: { does: 0.7, skips: 0.25, medianMs: 8 * minuteMs, by: 'claim' },
  product: {
    does: 0.45,
    pressed: 1.3,
    skips: 0.1,
    medianMs: 12 * minuteMs,
    by: 'claim',
    value: 'merchant.first_product_created',
  },
  domain: { does: 0.26, skips: 0.35, medianMs: hourMs, by: 'claim' },
  connect_integration: {
    does: 0.2,
    skips: 0.3,
    medianMs: 6 * minuteMs,
    by: { event: 'integration.created', property: 'integration_id' },
  },
  impressum: { does: 0.6, skips: 0, medianMs: 5 * minuteMs, by: 'claim' },
  // The second version asks better.
  legal_notice: { does: 0.72, skips: 0, medianMs: 4 * minuteMs, by: 'claim' },
  announce: { does: 0.3, skips: 0.3, medianMs: 6 * minuteMs, by: 'claim' },
}

const unknown: Habit = { does: 0.5, skips: 0.3, medianMs: 5 * minuteMs, by: 'claim' }

export const habitOf = (stepId: string): Habit => (Object.hasOwn(habits, stepId) && habits[stepId]) || unknown

/** This share, moved by what is for it (above 0) or against it; never below 0 or above 1. */
export const moved = (share: number, by: number): number => {
  const odds = Math.log(share / (1 - share)) + by
  return 1 / (1 + Math.exp(-odds))
}
