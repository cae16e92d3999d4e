import type { Limit, Metric } from './metrics.ts'
import type { AutomaticRollback, Hysteresis } from './standing.ts'

/** `id` tells rules of a flow apart, and stays when the limit changes. */
export type RollbackRule = Limit & { readonly id: string; readonly metric: Metric }
export type AlertRule = RollbackRule & { readonly severity: 'warning' | 'critical' }

/** Who is told. `to` is an address of the web, or (e-mail) of a mailbox. */
export type Receiver = {
  readonly id: string
  readonly kind: 'webhook' | 'slack' | 'email'
  readonly to: string
}

export type HealthSettings = Hysteresis & {
  readonly automaticRollback: AutomaticRollback
  readonly alerts: readonly AlertRule[]
  readonly rollbacks: readonly RollbackRule[]
  /** What is looked at: API errors of so many minutes, all else of so many days. */
  readonly windowMinutes: number
  readonly windowDays: number
  readonly minimumSample: number
  /** Until then no receiver is told of alerts; of rollbacks they are. ISO 8601. */
  readonly silencedUntil: string | null
  /** What D1, D7 and time to value are about; null: the activation step. */
  readonly valueEvent: string | null
  readonly receivers: readonly Receiver[]
}

const apiErrors = (limit: number) => ({ metric: 'apiErrorRate', is: 'atMost', limit }) as const
const d1 = (limit: number) =>
  ({ id: 'd1', metric: 'd1ConversionRate', is: 'atLeast', limit, of: 'baseline' }) as const

/**
 * Rolls back by itself: of a flow for which nobody set anything only the limit of API errors can be broken, which is wrong
 * for any flow; the others compare with a baseline, and say `unknown` until somebody has taken one.
 */
export const usualSettings: HealthSettings = {
  automaticRollback: 'on',
  alerts: [
    { ...d1(0.9), severity: 'critical' },
    { id: 'gate-blocks', metric: 'gatingBlockRate', is: 'atMost', limit: 0.05, severity: 'warning' },
    { id: 'api-errors', ...apiErrors(0.01), severity: 'critical' },
    { id: 'abandonment', metric: 'modalAbandonmentRate', is: 'atMost', limit: 0.5, severity: 'warning' },
  ],
  rollbacks: [
    { id: 'api-errors', ...apiErrors(0.05) },
    d1(0.8),
    { id: 'tickets', metric: 'supportTicketRate', is: 'atMost', limit: 1.5, of: 'baseline' },
  ],
  windowMinutes: 10,
  windowDays: 14,
  minimumSample: 100,
  fireAfter: 2,
  clearAfter: 4,
  silencedUntil: null,
  valueEvent: null,
  receivers: [],
}
