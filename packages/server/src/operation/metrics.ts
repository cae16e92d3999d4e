import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Limit } from '@boardwalk/contract'
import type { Waiver } from '@boardwalk/engine'
import type { Record } from '@boardwalk/store'
import type { Found } from '../answers/answer-cache.ts'
import type { Lag } from '../kafka/read-topics.ts'
import type { Taken } from '../kafka/take-records.ts'
import { routeTold } from './guarded-log.ts'
import { loadMetrics, type LoadMetrics } from './load-metrics.ts'

/** Whether Kafka answers, and how many records each partition that is read here has waiting. */
export type KafkaState = { readonly isConnected: boolean; readonly lags: readonly Lag[] }

/** What the process counts. */
export type Metrics = LoadMetrics & {
  readonly registry: Registry
  readonly countFailedOpen: (route: string) => void
  /** Counts an attempt that a gate let pass because of a release. */
  readonly countWaived: (route: string, reason: Waiver['reason']) => void
  /** Counts what was committed; to be called once for each record. */
  readonly count: (record: Record) => void
  readonly countAnswer: (outcome: Found['outcome']) => void
  /** `bytes` is asked whenever somebody reads the figures. */
  readonly showAnswerCache: (bytes: () => number) => void
  readonly showStreams: (open: number) => void
  /** `lost`: sent, but taken over by another process meanwhile. */
  readonly countDelivery: (outcome: 'delivered' | 'failed' | 'again' | 'lost') => void
  /** What all webhooks together wait for. */
  readonly showWaiting: (count: number, oldestSeconds: number) => void
  /** Age of the oldest happening that is not counted yet. */
  readonly showProjectionLag: (seconds: number) => void
  readonly countTaken: (taken: Taken) => void
  readonly countLimited: (limit: Limit) => void
  readonly showRedis: (isConnected: boolean) => void
  readonly showKafka: (state: KafkaState) => void
  readonly stop: () => void
}

const settledStatus: { readonly [type: string]: string } = {
  'onboarding.step_completed': 'done',
  'onboarding.step_skipped': 'skipped',
}

// Routes are what hosts say they are; a route with an id in it must not grow the process for ever.
const mostRoutes = 500
// Flows come and go; each step has up to two statuses, and ten series of its times.
const mostSteps = 1_000

const boundedLabels = (most: number): ((label: string) => string) => {
  const known = new Set<string>()
  return (label) => {
    if (known.size < most) known.add(label)
    return known.has(label) ? label : 'other'
  }
}

export const createMetrics = (): Metrics => {
  const boundedRoute = boundedLabels(mostRoutes)
  const routeLabel = (route: string): string => boundedRoute(routeTold(route))
  const stepLabel = boundedLabels(mostSteps)
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const stepCompletions = new Counter({
    name: 'onboarding_step_completions_total',
    help: 'Steps settled, by step and status.',
    labelNames: ['step_id', 'status'],
    registers,
  })
  const stepDurations = new Histogram({
    name: 'onboarding_step_duration_seconds',
    help: 'Time from when a step was reached, or else offered, until it was done.',
    labelNames: ['step_id'],
    buckets: [1, 5, 15, 30, 60, 300, 600],
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
  const gateWaived = new Counter({
    name: 'onboarding_gate_waived_total',
    help: 'Attempts that a gate let pass because the flow is not released to the person, or its guard rails are off.',
    labelNames: ['route', 'reason'] as const,
    registers,
  })
  const streams = new Gauge({
    name: 'onboarding_streams',
    help: 'Streams of live changes that are open.',
    registers,
  })
  const answers = new Counter({
    name: 'boardwalk_answer_cache_total',
    help: 'Reads of an onboarding that might be answered from the cache: hit (in this process), shared (in Redis), stale (known, but no longer true), miss.',
    labelNames: ['outcome'] as const,
    registers,
  })
  const kafkaRecords = new Counter({
    name: 'boardwalk_kafka_records_total',
    help: 'Records from Kafka by what became of them: applied, duplicate, dead (a dead letter), erased (dropped, as the person was) or own (told by Boardwalk itself).',
    labelNames: ['end'] as const,
    registers,
  })
  const kafkaLag = new Gauge({
    name: 'boardwalk_kafka_lag',
    help: 'Records of Kafka that wait, of the partitions that this process reads.',
    labelNames: ['topic', 'partition'] as const,
    registers,
  })
  const kafkaConnected = new Gauge({
    name: 'boardwalk_kafka_connected',
    help: '1 while Kafka is read, 0 while it cannot be or is not asked to be.',
    registers,
  })
  const limited = new Counter({
    name: 'boardwalk_rate_limited_total',
    help: 'Requests of people that were refused because of a limit.',
    labelNames: ['limit'] as const,
    registers,
  })
  const redisConnected = new Gauge({
    name: 'boardwalk_redis_connected',
    help: '1 while Redis answers, 0 while it does not or none is configured.',
    registers,
  })

  const deliveries = new Counter({
    name: 'onboarding_webhook_deliveries_total',
    help: 'Tries to deliver to webhooks, by what became of them.',
    labelNames: ['outcome'] as const,
    registers,
  })
  const waiting = new Gauge({
    name: 'onboarding_webhook_waiting',
    help: 'Deliveries that wait, of all processes together.',
    registers,
  })
  const oldestWaiting = new Gauge({
    name: 'onboarding_webhook_oldest_waiting_seconds',
    help: 'Age of the oldest delivery that waits.',
    registers,
  })

  const projectionLag = new Gauge({
    name: 'boardwalk_projection_lag_seconds',
    help: 'Age of the oldest happening that the figures do not count yet.',
    registers,
  })

  let answerBytes = (): number => 0
  registry.registerMetric(
    new Gauge({
      name: 'boardwalk_answer_cache_bytes',
      help: 'Memory of this process that cached answers take.',
      registers: [],
      collect() {
        this.set(answerBytes())
      },
    }),
  )

  const count = ({ type, stepId, data }: Record): void => {
    if (stepId === null) return
    const step = stepLabel(stepId)
    const status = settledStatus[type]
    const durationMs = data['durationMs']
    if (status !== undefined) stepCompletions.inc({ step_id: step, status })
    if (status === 'done' && typeof durationMs === 'number')
      stepDurations.observe({ step_id: step }, durationMs / 1000)
    if (type === 'gating.blocked')
      gatingBlocks.inc({ route: routeLabel(String(data['route'])), missing_step: step })
  }

  const countFailedOpen = (route: string): void => gateFailedOpen.inc({ route: routeLabel(route) })
  const showStreams = (open: number): void => streams.set(open)
  const countTaken = (taken: Taken): void => {
    for (const [end, records] of Object.entries(taken)) kafkaRecords.inc({ end }, records)
  }
  const showKafka = ({ isConnected, lags }: KafkaState): void => {
    kafkaConnected.set(isConnected ? 1 : 0)
    kafkaLag.reset()
    for (const { topic, partition, records } of lags) kafkaLag.set({ topic, partition }, records)
  }
  const showWaiting = (count: number, oldestSeconds: number): void => {
    waiting.set(count)
    oldestWaiting.set(oldestSeconds)
  }
  return {
    registry,
    ...loadMetrics(registry),
    countTaken,
    countLimited: (limit) => limited.inc({ limit }),
    showRedis: (isConnected) => redisConnected.set(isConnected ? 1 : 0),
    showKafka,
    countFailedOpen,
    countWaived: (route, reason) => gateWaived.inc({ route: routeLabel(route), reason }),
    count,
    countAnswer: (outcome) => answers.inc({ outcome }),
    showAnswerCache: (bytes) => void (answerBytes = bytes),
    showStreams,
    showProjectionLag: (seconds) => projectionLag.set(seconds),
    countDelivery: (outcome) => deliveries.inc({ outcome }),
    showWaiting,
    stop: () => registry.clear(),
  }
}
