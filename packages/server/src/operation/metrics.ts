import { collectDefaultMetrics, Counter, Registry } from 'prom-client'
import type { Record } from '@boardwalk/store'

/** What the process counts. */
export type Metrics = {
  readonly registry: Registry
  readonly gateFailedOpen: Counter<'route'>
  /** Counts what was committed; to be called once for each record. */
  readonly count: (record: Record) => void
  readonly stop: () => void
}

const settledStatus: { readonly [type: string]: string } = {
  'onboarding.step_completed': 'done',
  'onboarding.step_skipped': 'skipped',
}

export const createMetrics = (): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const stepCompletions = new Counter({
    name: 'onboarding_step_completions_total',
    help: 'Steps settled, by step and status.',
    labelNames: ['step_id', 'status'],
    registers,
  })
  const gatingBlocks = new Counter({
    name: 'onboarding_gating_blocks_total',
    help: 'Attempts that a gate stopped.',
    labelNames: ['route', 'missing_step'],
    registers,
  })
  const gateFailedOpen = new Counter({
    name: 'onboarding_gate_failed_open_total',
    help: 'Attempts let pass because a check could not be made.',
    labelNames: ['route'] as const,
    registers,
  })

  const count = ({ type, stepId, data }: Record): void => {
    const status = settledStatus[type]
    if (status !== undefined) stepCompletions.inc({ step_id: stepId ?? '', status })
    if (type === 'gating.blocked')
      gatingBlocks.inc({ route: String(data['route']), missing_step: stepId ?? '' })
  }

  return { registry, gateFailedOpen, count, stop: () => registry.clear() }
}
