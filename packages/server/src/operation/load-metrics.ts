import { Gauge, Histogram, type Registry } from 'prom-client'
import type { Connections } from '@boardwalk/store'

/** How busy the process is, and how far behind. */
export type LoadMetrics = {
  /** `operation`: its name in the contract, or `none` for what nobody serves. */
  readonly countAnswered: (operation: string, status: number, seconds: number) => void
  /** Whose connections are told from now on, asked at each scrape. */
  readonly watchConnections: (connections: () => Connections) => void
  /** Age of the oldest happening that each reader followed here has still to be told. */
  readonly showReaderLags: (lags: ReadonlyMap<string, number>) => void
  /** Asked at each scrape for how many people there are by bucket of progress; undefined: not known yet. */
  readonly watchActiveUsers: (people: () => ReadonlyMap<string, number> | undefined) => void
}

const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export const loadMetrics = (registry: Registry): LoadMetrics => {
  const registers = [registry]
  let connectionsOf: (() => Connections) | undefined
  let activeOf: (() => ReadonlyMap<string, number> | undefined) | undefined

  const requests = new Histogram({
    name: 'boardwalk_http_request_duration_seconds',
    help: 'Time until a request is answered, by operation and class of status (2xx to 5xx); of a stream, until it begins.',
    labelNames: ['operation', 'status'] as const,
    buckets: requestBuckets,
    registers,
  })
  const readerLag = new Gauge({
    name: 'boardwalk_reader_lag_seconds',
    help: 'Age of the oldest happening that a reader (webhooks, a topic of Kafka, a listener …) has still to be told, of all processes together.',
    labelNames: ['reader'] as const,
    registers,
  })
  registry.registerMetric(
    new Gauge({
      name: 'boardwalk_database_connections',
      help: 'Connections of this process to PostgreSQL: in use, idle, and the most there may be; none on the embedded database.',
      labelNames: ['state'] as const,
      registers: [],
      collect() {
        if (connectionsOf === undefined) return
        const { open, idle, most } = connectionsOf()
        this.set({ state: 'in_use' }, open - idle)
        this.set({ state: 'idle' }, idle)
        this.set({ state: 'most' }, most)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'boardwalk_database_waiting',
      help: 'Statements and transactions of this process that wait for a connection to PostgreSQL.',
      registers: [],
      collect() {
        this.set(connectionsOf?.().waiting ?? 0)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'onboarding_active_users',
      help: 'People with an enrolment in progress, by how many percent of it are done; counted once for each flow they are in, and estimated where there are many.',
      labelNames: ['progress_bucket'] as const,
      registers: [],
      collect() {
        for (const [bucket, people] of activeOf?.() ?? []) this.set({ progress_bucket: bucket }, people)
      },
    }),
  )

  return {
    countAnswered: (operation, status, seconds) =>
      requests.observe({ operation, status: `${Math.floor(status / 100)}xx` }, seconds),
    watchConnections: (connections) => {
      connectionsOf = connections
    },
    showReaderLags: (lags) => {
      readerLag.reset()
      for (const [reader, seconds] of lags) readerLag.set({ reader }, seconds)
    },
    watchActiveUsers: (people) => {
      activeOf = people
    },
  }
}
