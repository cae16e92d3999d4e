export { createBoardwalk, type Boardwalk, type BoardwalkOptions } from './boardwalk.ts'
export {
  configurationTable,
  ConfigurationError,
  databaseOf,
  kafkaOf,
  readConfiguration,
  type Configuration,
} from './configuration.ts'
export type { Listener } from './delivery/listeners.ts'
export type { Identify, Identity } from './http/authenticate.ts'
export type { GateVerdict, InProcessVerbs } from './in-process-verbs.ts'
export { missingTopics } from './kafka/missing-topics.ts'
export { unreadableInKafka } from './kafka/unreadable-in-kafka.ts'
export type { KafkaOptions } from './kafka/intake-options.ts'
export { metricsTable } from './operation/metrics-table.ts'
export { developmentSecrets, readDevelopmentSecrets } from './process/development-secrets.ts'
export { listen, type Listening } from './process/listen.ts'
export { stopOnSignal, stopWhenOrphaned } from './process/stop-on-signal.ts'
export { readRedisState, type RedisState } from './redis/read-redis-state.ts'
export { logOf, serve, type Serving } from './serve.ts'
