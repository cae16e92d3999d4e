import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Record } from '@boardwalk/store'

/** What the process counts. */
export type Metrics = {
  readonly registry: Registry
  readonly countFailedOpen: (route: string) => void
  /** Counts what was committed; to be called once for each record. */
  readonly count: (record: Record) => void
  readonly showStreams: (open: number) => void
  readonly stop: () => void
}

const settledStatus: { readonly [type: string]: string } = {
  'onboarding.step_completed': 'done',
  'onboarding.step_skipped': 'skipped',
}

// Routes are what hosts say they are; a route with an id in it must not grow the process for ever.
const mostRoutes = 500

const boundedLabels = (most: number): ((label: string) => string) => {
  const known = new Set<string>()
  return (label) => {
    if (known.size < most) known.add(label)
    return known.has(label) ? label : 'other'
  }
}

export const createMetrics = (): Metrics => {
  const routeLabel = boundedLabels(mostRoutes)
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
  const streams = new Gauge({
    name: 'onboarding_streams',
    help: 'Streams of live changes that are open.',
    registers,
  })

  const count = ({ type, stepId, data }: Record): void => {
    const status = settledStatus[type]
    if (status !== undefined) stepCompletions.inc({ step_id: stepId ?? '', status })
    if (type === 'gating.blocked')
      gatingBlocks.inc({ route: routeLabel(String(data['route'])), missing_step: stepId ?? '' })
  }

  const countFailedOpen = (route: string): void => gateFailedOpen.inc({ route: routeLabel(route) })
  const showStreams = (open: number): void => streams.set(open)
  return { registry, countFailedOpen, count, showStreams, stop: () => registry.clear() }
}
